import { Unknown, valueAt, valuesAt } from "../../path.ts";
import { ok, rule } from "../../rule.ts";
import { aws } from "../../sources/clouds.ts";
import { admitsAnyone, comparedWith, type Statement, statementsIn } from "../../statements.ts";

/** Services that assume a role for an account's own resource alone and send no source account. */
const OWN_ACCOUNT_ONLY = ["ec2.amazonaws.com", "eks.amazonaws.com"];

/** One service account of one namespace, as Azure writes it. */
const ONE_SERVICE_ACCOUNT = /^system:serviceaccount:[a-z0-9-]+:[a-z0-9-]+$/;

/** The same on Google Cloud, behind the pool of the project. */
const ONE_GOOGLE_MEMBER = /^serviceAccount:[^[\]]+\.svc\.id\.goog\[[a-z0-9-]+\/[a-z0-9-]+\]$/;

/** Who may act as an identity. */
const PLACES = {
  "aws:iam/role:Role": ["assumeRolePolicy"],
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ["clientIdLists[]"],
  "azure-native:managedidentity:FederatedIdentityCredential": ["subject", "audiences[]", "issuer"],
  "gcp:serviceaccount/iAMMember:IAMMember": ["role", "member"],
} as const;

export default rule({
  id: "IAM-004",
  title: "An identity is taken on by one named caller",
  severity: "critical",
  why: "A trust that leaves out audience, subject or source account lets any token of the issuer, or a service acting for a stranger, become the role.",
  sources: [aws("IAM/latest/UserGuide/confused-deputy.html", "the confused deputy problem")],
  fix: "Compare aud and sub by equality, give services aws:SourceAccount, and name one namespace and service account.",
  applies: Object.keys(PLACES),
  needs: Object.values(PLACES).flat(),
  check: (properties, { type }) => {
    const value = valueAt(properties, "assumeRolePolicy");
    switch (type) {
      case "aws:iam/role:Role":
        return value instanceof Unknown ? ok : trustFaults(value);
      case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
        return valuesAt(properties, "clientIdLists[]")
          .filter((found) => !(found.value instanceof Unknown) && found.value !== "sts.amazonaws.com")
          .map(({ at }) => `${at} takes tokens that are meant for others, must be "sts.amazonaws.com"`);
      case "azure-native:managedidentity:FederatedIdentityCredential":
        return azureFaults(properties);
      default:
        return googleFaults(properties);
    }
  },
});

function trustFaults(policy: unknown): string[] {
  const statements = statementsIn(policy);
  if (statements === undefined || statements.length === 0) return ["assumeRolePolicy cannot be read"];
  return statements.filter(({ allows }) => allows).flatMap((each) => statementFaults(each));
}

function statementFaults(statement: Statement): string[] {
  const { principals, negated } = statement;
  const services = (principals.Service ?? []).filter((service) => !OWN_ACCOUNT_ONLY.includes(service));
  const ofToken = (claim: string) => comparedWith(statement, new RegExp(`:${claim}$`));
  const isNamed = (values: string[]) => values.length > 0 && values.every((each) => !/[*?]/.test(each));
  return [
    ...(negated || admitsAnyone(statement) ? ["assumeRolePolicy lets anyone assume the role"] : []),
    ...(services.length > 0 && !isNamed(comparedWith(statement, /^aws:Source(Account|Arn)$/))
      ? ["assumeRolePolicy trusts a service for every account, must compare aws:SourceAccount"]
      : []),
    ...(principals.Federated !== undefined && !(isNamed(ofToken("aud")) && isNamed(ofToken("sub")))
      ? ["assumeRolePolicy trusts tokens without comparing both aud and sub with named values"]
      : []),
  ];
}

function azureFaults(credential: unknown): string[] {
  const [subject, issuer] = ["subject", "issuer"].map((path) => valueAt(credential, path));
  const audiences = valuesAt(credential, "audiences[]");
  return [
    ...(subject instanceof Unknown || ONE_SERVICE_ACCOUNT.test(String(subject))
      ? []
      : ["subject is not one service account"]),
    ...(issuer instanceof Unknown || /^https:\/\//.test(String(issuer)) ? [] : ["issuer is not an https address"]),
    ...audiences
      .filter(({ value }) => !(value instanceof Unknown) && value !== "api://AzureADTokenExchange")
      .map(({ at }) => `${at} is not "api://AzureADTokenExchange"`),
  ];
}

function googleFaults(grant: unknown): string[] {
  const [role, member] = ["role", "member"].map((path) => valueAt(grant, path));
  if (role instanceof Unknown || member instanceof Unknown) return [];
  // Whoever makes tokens or keys of an account is that account, from wherever.
  if (/serviceAccount(TokenCreator|KeyAdmin|User)$/.test(String(role))) return ["role lets another act as the account"];
  return role !== "roles/iam.workloadIdentityUser" || ONE_GOOGLE_MEMBER.test(String(member))
    ? []
    : ["member is not one service account of one namespace"];
}
