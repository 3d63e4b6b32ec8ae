import { command } from "../command.ts";
import { json, sim, stackParameter } from "../options.ts";
import { openSession } from "../session.ts";

export const env = command({
  name: "env",
  summary: "print shell commands that let plain `pulumi` work on a stack",
  positionals: [stackParameter],
  options: { sim, json },
  details: [
    "For POSIX shells. Afterwards `pulumi preview`, `pulumi stack output` and so on work on the stack, with the policy pack.",
    "The simulator's ports change when it starts anew: then run it again.",
  ].join("\n"),
  examples: ['eval "$(npx novactl env staging --sim)"'],
  run: async ({ positionals: [stack = ""], values }) => {
    const { variables } = await openSession(stack, values.sim);
    if (values.json === true) {
      // A variable that is to be taken away is null.
      console.log(JSON.stringify(variables, (_, value: unknown) => value ?? null));
      return 0;
    }
    for (const [name, value] of Object.entries(variables))
      console.log(value === undefined ? `unset ${name}` : `export ${name}=${quoted(value)}`);
    return 0;
  },
});

/** For a POSIX shell: inside single quotes nothing but the quote itself is special. */
export const quoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;
