import { join } from "node:path";
import { z } from "zod";
import { CertificateAuthority } from "../certificateAuthority.ts";

/** File in the simulator's folder: the certificate that signs all public ones. */
export const PUBLIC_AUTHORITY = "public-ca.pem";

/** The longest that public authorities sign for (CA/Browser Forum, Baseline Requirements 6.3.2). */
const LONGEST_DAYS = 398;

export const signingSchema = z.object({
  names: z
    .array(z.string().regex(/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]+$/i, "a DNS name is expected"))
    .min(1),
  days: z.number().positive().max(LONGEST_DAYS),
  /** PEM, SubjectPublicKeyInfo. */
  publicKey: z.string(),
});

/** Opens the authority that everything in the simulation trusts, as the world trusts the public ones. */
export const openPublicAuthority = (folder: string): Promise<CertificateAuthority> =>
  CertificateAuthority.open(
    { certificate: join(folder, PUBLIC_AUTHORITY), key: join(folder, "public-ca.key") },
    "NovaCron simulated public authority",
  );
