import { Unknown, valueAt } from "../../path.ts";
import { rule } from "../../rule.ts";
import { certManager } from "../../sources/products.ts";
import { CERTIFICATE_LIFETIMES } from "../../sources/standards.ts";
import { secondsOf } from "../../values.ts";

const DAY = 24 * 3600;
const LONGEST = 90;
const EARLIEST = 15;

export default rule({
  id: "TLS-006",
  title: "Certificates live 90 days at most, are renewed in time, and get a new key each time",
  severity: "high",
  why: "A stolen key works for as long as its certificate does, and a renewal that starts a day before the end has no time to fail.",
  sources: [CERTIFICATE_LIFETIMES, certManager("usage/certificate/", "duration, renewBefore and rotationPolicy")],
  fix: "Set duration to 2160h or less, renewBefore to 360h or more, an ECDSA key, and rotationPolicy Always.",
  applies: ["kubernetes:cert-manager.io/v1:Certificate"],
  needs: [
    "spec.duration",
    "spec.renewBefore",
    "spec.privateKey.algorithm",
    "spec.privateKey.rotationPolicy",
    "spec.isCA",
  ],
  check: (certificate) => {
    const value = (path: string) => valueAt(certificate, `spec.${path}`);
    const fault = (path: string, isRight: (found: unknown) => boolean, wanted: string) => {
      const found = value(path);
      return found instanceof Unknown || isRight(found) ? [] : [`spec.${path} must be ${wanted}`];
    };
    const days = (found: unknown) => (secondsOf(found) ?? 0) / DAY;
    return [
      ...fault(
        "duration",
        (found) => found === undefined || (days(found) > 0 && days(found) <= LONGEST),
        `${LONGEST} days or fewer`,
      ),
      ...fault("renewBefore", (found) => days(found) >= EARLIEST, `${EARLIEST} days or more`),
      ...fault("privateKey.algorithm", (found) => found === "ECDSA" || found === "Ed25519", "ECDSA or Ed25519"),
      ...fault("privateKey.rotationPolicy", (found) => found === "Always", '"Always"'),
      ...fault("isCA", (found) => found !== true, "left out"),
    ];
  },
});
