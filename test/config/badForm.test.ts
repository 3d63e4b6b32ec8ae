import { rejects } from "./rejects.ts";

rejects("an unknown tier", { tier: "prod" }, /staging \| production/, /say what the stack is for/);
rejects("no tier", { tier: undefined }, /staging \| production/, /say what the stack is for/);
rejects("an owner who is an e-mail address", { owner: "Ann@example.org" }, /lower-case letters/, /platform-team/);
rejects("no cost centre", { costCenter: undefined }, /lower-case letters/, /cost centre/);

rejects("an unknown key of the stack", { logDay: 90 }, /only the keys tier, owner/, /did you mean logDays\?/);
rejects("a key that is like no other", { flavour: "mint" }, /only the keys/, /remove this key/);
rejects(
  "a misspelt key that a region needs",
  (config) => {
    config.regions[1].acess = config.regions[1].access;
    delete config.regions[1].access;
  },
  /only the keys name, number/,
  /did you mean access\?/,
  { key: "regions[1].acess", value: 'is {"via":"vpn"}' },
);
rejects(
  "a misspelt key deep inside",
  { "regions[1].nodePools.workload.maxsize": 4 },
  /machineType, minSize, maxSize, diskGiB/,
  /did you mean maxSize\?/,
);

rejects("a number in quotes", { "regions[0].number": "1" }, /whole number from 0 to 31, without quotes/, /no other/);
rejects("a truth value in quotes", { protect: "yes" }, /true or false, without quotes/, /leave it out/);
rejects("an account id that YAML read as a number", { "clouds.aws.accountId": 0 }, /12 digits as text/, /in quotes/);
rejects("an account id that is too short", { "clouds.aws.accountId": "12345" }, /12 digits/, /in quotes/);
rejects("a subscription by name", { "clouds.azure.subscriptionId": "NovaCron" }, /GUID/, /az account show --query id/);
rejects("a project by number", { "clouds.gcp.project": "123456789012" }, /project id/, /gcloud projects list/);
rejects(
  "a Kubernetes version that YAML read as 1.3",
  { kubernetesVersion: 1.3 },
  /1\.30 or newer as text/,
  /in quotes/,
);
rejects("a Kubernetes version with a patch", { kubernetesVersion: "1.35.2" }, /without a patch/, /chooses the patch/);
rejects("a retention that CloudWatch does not know", { logDays: 100 }, /90 \| 120/, /all three clouds/);
rejects("a DNS zone with a dot at its end", { "dns.zone": "novacron.example." }, /without a dot/, /Route 53/);
rejects("no regions", { regions: [] }, /a list of regions/, /list the stack's regions/);
rejects("a list of regions left empty in YAML", { regions: null }, /a list of regions/, /list the stack's regions/);
rejects("a region that is only a name", { "regions[0]": "aws-use1" }, /an object with the keys name/, /indented/);
rejects("a mesh without room", { "mesh.capacity": 1 }, /2 to 32/, /largest number of regions/);
