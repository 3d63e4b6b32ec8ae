import { findProject } from "../project.ts";
import { request, runningSimulator } from "../simulator.ts";
import { readStackConfig } from "../stackConfig.ts";

export interface TokenWish {
  subject: string;
  /** Seconds. */
  expiresIn: number;
}

/** A token of the simulated identity provider for a stack's own audience. @throws when the simulator does not run */
export async function issueToken(stack: string, wish: TokenWish): Promise<string> {
  const project = findProject();
  const { issuer, audience } = readStackConfig(project, stack).identity;
  const { token } = await request<{ token: string }>(await runningSimulator(project.home), "POST /token", {
    ...wish,
    issuer,
    audience,
  });
  return token;
}
