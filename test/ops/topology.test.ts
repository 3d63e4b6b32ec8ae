import assert from "node:assert/strict";
import { test } from "node:test";
import { planLinks } from "../../infra/plan/mesh.ts";
import type { Cloud, RegionPlan } from "../../infra/plan/topology.ts";
import { drawTopology } from "../../ops/topology.ts";
import { novactl } from "./novactl.ts";

const clouds: Cloud[] = ["aws", "gcp", "azure"];

function environment(count: number) {
  const regions = Array.from({ length: count }, (_, number) => ({
    name: `${["aws", "gcp", "azr"][number % 3]}-r${number}`,
    number,
    cloud: clouds[number % 3] ?? "aws",
    location: `place-${number}`,
    zones: ["a", "b"],
    asn: 64600 + number,
    addresses: { region: `10.${2 * number}.0.0/15` },
    access: { via: "vpn" },
  })) as unknown as RegionPlan[];
  const links = planLinks(regions.map((region) => ({ ...region, cidr: region.addresses.region })));
  return { regions, links };
}

const numbers = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].map((match) => match.slice(1).map(Number));

for (const count of [1, 2, 3, 4, 7]) {
  test(`a picture of ${count} regions shows each region, link and tunnel, and no box covers another`, () => {
    const { regions, links } = environment(count);
    const svg = drawTopology({ regions, links }, [], "test");
    for (const { name, location } of regions) assert.ok(svg.includes(`>${name}</text>`) && svg.includes(location));
    const lines = links.reduce((sum, link) => sum + (link.kind === "vpn" ? link.tunnels.length : 1), 0);
    assert.equal(svg.match(/<line /g)?.length ?? 0, lines);
    const boxes = numbers(svg, /class="box" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g);
    const [[width = 0, height = 0] = []] = numbers(svg, /viewBox="0 0 ([\d.]+) ([\d.]+)"/g);
    assert.equal(boxes.length, count);
    for (const [index, [x = 0, y = 0, w = 0, h = 0]] of boxes.entries()) {
      assert.ok(x >= 0 && y >= 0 && x + w <= width && y + h <= height, "outside of the picture");
      for (const [x2 = 0, y2 = 0] of boxes.slice(index + 1))
        assert.ok(Math.abs(x - x2) >= w || Math.abs(y - y2) >= h, `boxes at ${x},${y} and ${x2},${y2}`);
    }
  });
}

test("the picture needs nothing from elsewhere, and follows the reader's light or dark", async () => {
  const { code, stdout } = await novactl(["topology", "staging"]).ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stdout.replace('xmlns="http://www.w3.org/2000/svg"', ""), /https?:|href|@import|url\(/);
  assert.match(stdout, /prefers-color-scheme: dark/);
  assert.match(stdout, /4 tunnels · 80 ms/);
  assert.match(stdout, /<desc id="description">3 regions, 3 links, 10 IPsec tunnels/);
});

test("names cannot break the picture", () => {
  const { regions, links } = environment(2);
  assert.match(drawTopology({ regions, links }, [], "<&>"), /&lt;&amp;&gt;/);
});
