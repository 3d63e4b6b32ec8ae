import { command } from "../command.ts";
import { OperatorError } from "../operatorError.ts";
import { json, sim, stackParameter } from "../options.ts";

export const token = command({
  name: "token",
  summary: "print a token that the edge of a simulated stack accepts",
  positionals: [stackParameter],
  options: {
    sim,
    json,
    subject: { type: "string", value: "NAME", description: "whom it is for (default: operator)" },
    "expires-in": { type: "string", value: "SECONDS", description: "how long it is valid (default: 3600)" },
  },
  details: "Signed by the simulated identity provider. On the real clouds tokens come from your own identity provider.",
  examples: [
    'curl -H "Authorization: Bearer $(novactl token staging --sim)" https://dwcp.staging.novacron.example/v1/version',
  ],
  run: async ({ positionals: [stack = ""], values }) => {
    if (values.sim !== true)
      throw new OperatorError(
        "tokens of the real stacks come from your identity provider; novactl makes them with --sim only",
      );
    const seconds = Number(values["expires-in"] ?? "3600");
    if (!(seconds > 0))
      throw new OperatorError(`--expires-in '${values["expires-in"]}': give a number of seconds above 0`);
    const { issueToken } = await import("../delivery/token.ts");
    const issued = await issueToken(stack, { subject: values.subject ?? "operator", expiresIn: seconds });
    console.log(values.json === true ? JSON.stringify({ token: issued }) : issued);
    return 0;
  },
});
