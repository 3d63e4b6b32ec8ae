import { rejects } from "./rejects.ts";

rejects("a name in capitals", { "regions[0].name": "AWS-USE1" }, /1–8 lower-case letters or digits/, /aws-use1/);
rejects("a name that is too long", { "regions[0].name": "aws-northvirginia" }, /1–8 lower-case/, /short name/);
rejects(
  "a name with another cloud's prefix",
  (config) => Object.assign(config, JSON.parse(JSON.stringify(config).replaceAll("azr-weu", "gcp-weu"))),
  /begins with azr-/,
  /rename the region, or correct regions\[1\]\.cloud/,
  { key: "regions[1].name", value: 'is "gcp-weu"' },
);
rejects(
  "two regions with one name",
  (config) => config.regions.push({ ...config.regions[0], number: 5 }),
  /regions\[0\] has it/,
  /rename/,
  { key: "regions[3].name", value: 'is "aws-use1"' },
);
rejects("two regions with one number", { "regions[2].number": 1 }, /regions\[0\] has it/, /for life/);
rejects("a number beyond the mesh", { "regions[2].number": 8 }, /0 to 7/, /mesh\.capacity/);

rejects("a range off its boundary", { "regions[1].cidr": "10.9.0.0/15" }, /its own boundary/, /write 10\.8\.0\.0\/15/);
rejects("a range of another size", { "regions[1].cidr": "10.20.0.0/16" }, /a \/15/, /write 10\.20\.0\.0\/15/);
rejects("a range without its length", { "regions[1].cidr": "10.20.0.0" }, /prefix length/, /write the range/);
rejects(
  "a range that overlaps another region's own",
  { "regions[1].cidr": "10.2.0.0/15" },
  /regions\[0\] has 10\.2\.0\.0\/15, from its number/,
  /free range/,
);
rejects(
  "two given ranges that overlap",
  { "regions[2].cidr": "10.40.0.0/15", "regions[0].cidr": "10.40.0.0/15" },
  /regions\[0\] has 10\.40\.0\.0\/15/,
  /free range/,
);
rejects(
  "a range outside the address space",
  { "regions[1].cidr": "10.128.0.0/15", addressSpace: "10.0.0.0/10" },
  /addressSpace, 10\.0\.0\.0\/10/,
  /inside it/,
);
rejects("a public address space", { addressSpace: "11.0.0.0/8" }, /10\.0\.0\.0\/8 or a part/, /leave it out/);
rejects("an address space off its boundary", { addressSpace: "10.1.0.0/8" }, /own boundary/, /write 10\.0\.0\.0\/8/);
rejects(
  "an address space without room for every number",
  { addressSpace: "10.0.0.0/14" },
  /numbers 0 to 1/,
  /give regions\[1\], regions\[2\] a cidr/,
);

rejects(
  "two regions with one ASN",
  { "regions[1].asn": 64_900, "regions[0].asn": 64_900 },
  /regions\[0\] has it/,
  /64600 \+ number/,
);
rejects("an ASN that another region has from its number", { "regions[0].asn": 64_602 }, /from its number/, /another/);
rejects("an ASN that Azure keeps for itself", { "regions[0].asn": 65_515 }, /other than 65515/, /Azure keeps/);
rejects("a public ASN", { "regions[0].asn": 7224 }, /64,512 to 65,534/, /private 16-bit ASN/);
