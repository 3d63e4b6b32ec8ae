import { rejects } from "./rejects.ts";

rejects("an unknown cloud", { "regions[0].cloud": "amazon" }, /aws \| azure \| gcp/, /name the cloud/);
rejects("a misspelt location", { "regions[0].location": "us-esat-1" }, /us-east-1/, /did you mean us-east-1\?/);
rejects("a place that no cloud has", { "regions[2].location": "atlantis" }, /asia-south1/, /choose one of these/);
rejects(
  "a location of another cloud",
  { "regions[0].location": "europe-west4" },
  /locations of aws/,
  /is a location of gcp/,
);
rejects("a location without zones", { "regions[1].location": "westus" }, /availability zones/, /has none/);
rejects("a single zone", { "regions[0].zones": ["us-east-1a"] }, /at least two zones/, /the region's loss/);
rejects("one zone named twice", { "regions[0].zones[1]": "us-east-1a" }, /each zone once/, /another zone/);
rejects(
  "a zone of another location",
  { "regions[0].zones[1]": "us-east-2b" },
  /the zones of us-east-1/,
  /own location/,
);
rejects("an Azure zone without quotes", { "regions[1].zones[0]": 1 }, /as text/, /in quotes/);

rejects("no access", { "regions[1].access": undefined }, /operatorCidrs, via/, /indented/);
rejects("an empty access", { "regions[1].access": {} }, /either operatorCidrs or via/, /via: bastion/);
rejects(
  "two ways of access",
  { "regions[1].access": { operatorCidrs: ["203.0.113.0/28"], via: "vpn" } },
  /either operatorCidrs or via/,
  /via: bastion/,
);
rejects(
  "a way in that does not exist",
  { "regions[1].access.via": "ssh" },
  /bastion \| vpn \| runner/,
  /operators get in/,
);
rejects("an allow-list of nobody", { "regions[0].access.operatorCidrs": [] }, /at least one/, /203\.0\.113/);
rejects(
  "an access open to the world",
  { "regions[0].access.operatorCidrs[0]": "0.0.0.0/0" },
  /public IPv4 range of a \/16 or less/,
  /whole internet/,
);
rejects(
  "an access for private addresses",
  { "regions[0].access.operatorCidrs[1]": "192.168.1.0/24" },
  /public/,
  /no caller from the internet/,
);
rejects(
  "an access for a large part of the internet",
  { "regions[0].access.operatorCidrs[0]": "81.0.0.0/12" },
  /\/16 or less/,
  /1,048,576 addresses/,
);
rejects(
  "an access with more ranges than EKS takes",
  { "regions[0].access.operatorCidrs": Array.from({ length: 41 }, (_, index) => `203.0.113.${index}/32`) },
  /at most 40 ranges/,
  /via: vpn/,
  { value: 'is "41 ranges"' },
);

rejects("Cilium on EKS", { "regions[0].dataPlane": "cilium" }, /standard/, /EKS offers no managed Cilium/);
rejects("an unknown NAT", { "regions[0].nat": "per-region" }, /none \| single \| per-zone/, /reach the internet/);
rejects(
  "an AWS machine on Azure",
  { "regions[1].nodePools.system.machineType": "m7i.large" },
  /Standard_D2s_v5/,
  /machine type of azure/,
);
rejects(
  "a pool whose least is above its most",
  { "regions[0].nodePools.workload.maxSize": 5, "regions[0].nodePools.workload.minSize": 6 },
  /6 or more \(minSize\)/,
  /raise maxSize/,
);
rejects(
  "a pool whose least is above the default most",
  { "regions[0].nodePools.workload.minSize": 20 },
  /9 or fewer \(the default of maxSize\)/,
  /raise maxSize/,
);
rejects("a zone without a system node", { "regions[0].nodePools.system.minSize": 2 }, /3 or more/, /raise it/);
