import { REGION_PREFIX, regionAsn, regionRange } from "../plan/addresses.ts";
import { aligned, contains, isCidr, overlaps, prefixOf } from "../plan/ipv4.ts";
import { type Draft, regionsWith } from "./draft.ts";
import { type Problem, problem } from "./problems.ts";

/** The one private range that a stack may plan in. */
const PRIVATE_SPACE = "10.0.0.0/8";

/** ASNs that Azure's gateways keep for themselves or refuse as a peer's (65515 is the gateways' default). */
const AZURE_ASNS: readonly number[] = [65_515, 65_517, 65_518, 65_519, 65_520];

/** Rules on what must differ between regions: names, numbers, ranges and ASNs. */
export function numberingProblems(draft: Draft): Problem[] {
  return [
    ...nameProblems(draft),
    ...numberProblems(draft),
    ...addressSpaceProblems(draft),
    ...rangeProblems(draft),
    ...asnProblems(draft),
  ];
}

function nameProblems(draft: Draft): Problem[] {
  const regions = regionsWith(draft, "name");
  return regions.flatMap(({ name, index }) => {
    const first = regions.find((other) => other.name === name);
    return first === undefined || first.index === index
      ? []
      : [
          problem(
            ["regions", index, "name"],
            name,
            `a name that no other region has (regions[${first.index}] has it)`,
            "rename one of the two",
          ),
        ];
  });
}

function numberProblems(draft: Draft): Problem[] {
  const regions = regionsWith(draft, "number");
  const capacity = draft.mesh?.capacity;
  return regions.flatMap(({ number, index }) => {
    const path = ["regions", index, "number"];
    const first = regions.find((other) => other.number === number);
    if (first !== undefined && first.index !== index) {
      return [
        problem(
          path,
          number,
          `a number that no other region has (regions[${first.index}] has it)`,
          "give the newer region a number that was never used; a region keeps its number for life",
        ),
      ];
    }
    return capacity === undefined || number < capacity
      ? []
      : [
          problem(
            path,
            number,
            `0 to ${capacity - 1} (below novacron:mesh.capacity)`,
            "choose a free number in this range, or raise novacron:mesh.capacity, which changes every Azure gateway",
          ),
        ];
  });
}

function addressSpaceProblems(draft: Draft): Problem[] {
  const { addressSpace } = draft;
  if (addressSpace === undefined) return [];
  const path = ["addressSpace"];
  const allowed = `${PRIVATE_SPACE} or a part of it, a /${REGION_PREFIX} or larger`;
  if (!isCidr(addressSpace)) {
    return [
      problem(path, addressSpace, `a range that begins on its own boundary: ${allowed}`, boundaryAdvice(addressSpace)),
    ];
  }
  if (!contains(PRIVATE_SPACE, addressSpace) || prefixOf(addressSpace) > REGION_PREFIX) {
    return [problem(path, addressSpace, allowed, `leave it out, then it is ${PRIVATE_SPACE}`)];
  }
  const room = 2 ** (REGION_PREFIX - prefixOf(addressSpace));
  const beyond = regionsWith(draft, "number").filter(({ number, cidr }) => cidr === undefined && number >= room);
  if (beyond.length === 0) return [];
  return [
    problem(
      path,
      addressSpace,
      `a range with room for every region's number: this one holds numbers 0 to ${room - 1}`,
      `choose a larger range, or give ${beyond.map(({ index }) => `regions[${index}]`).join(", ")} a cidr`,
    ),
  ];
}

function rangeProblems(draft: Draft): Problem[] {
  const space = soundSpace(draft);
  const taken: { range: string; index: number; given: boolean }[] = [];
  const problems: Problem[] = [];
  const numbers = regionsWith(draft, "number").map(({ number }) => number);
  // Given ranges come last, so that of two that overlap the one that the config can change is named.
  const regions = (draft.regions ?? []).map((region, index) => ({ ...region, index }));
  for (const { index, number, cidr } of regions.toSorted(
    (a, b) => Number(a.cidr !== undefined) - Number(b.cidr !== undefined),
  )) {
    if (cidr === undefined) {
      const planned =
        number !== undefined && numbers.indexOf(number) === numbers.lastIndexOf(number) && space !== undefined;
      if (planned && number < 2 ** (REGION_PREFIX - prefixOf(space))) {
        taken.push({ range: regionRange(space, number), index, given: false });
      }
      continue;
    }
    const path = ["regions", index, "cidr"];
    const clash = isCidr(cidr) ? taken.find(({ range }) => overlaps(range, cidr)) : undefined;
    if (!isCidr(cidr) || prefixOf(cidr) !== REGION_PREFIX) {
      problems.push(
        problem(
          path,
          cidr,
          `a /${REGION_PREFIX} that begins on its own boundary (second number even)`,
          boundaryAdvice(cidr),
        ),
      );
    } else if (space !== undefined && !contains(space, cidr)) {
      problems.push(
        problem(
          path,
          cidr,
          `a range inside novacron:addressSpace, ${space}`,
          "choose a range inside it, or leave it out: then it follows from the region's number",
        ),
      );
    } else if (clash !== undefined) {
      const owner = `regions[${clash.index}] has ${clash.range}${clash.given ? "" : ", from its number"}`;
      problems.push(
        problem(
          path,
          cidr,
          `a range that overlaps no other region's (${owner})`,
          "choose a free range, or leave it out: then it follows from the region's number",
        ),
      );
    } else {
      taken.push({ range: cidr, index, given: true });
    }
  }
  return problems;
}

function asnProblems(draft: Draft): Problem[] {
  const all = (draft.regions ?? []).flatMap(({ asn, number }, index) => {
    const value = asn ?? (number === undefined ? undefined : regionAsn(number));
    return value === undefined ? [] : [{ index, value, given: asn !== undefined }];
  });
  return all.flatMap(({ index, value, given }) => {
    if (!given) return [];
    const path = ["regions", index, "asn"];
    if (AZURE_ASNS.includes(value)) {
      return [
        problem(
          path,
          value,
          `a private ASN other than ${AZURE_ASNS.join(", ")}`,
          "choose another, or leave it out: Azure keeps this one for itself",
        ),
      ];
    }
    const clash = all.find(
      (other) => other.value === value && other.index !== index && (other.index < index || !other.given),
    );
    return clash === undefined
      ? []
      : [
          problem(
            path,
            value,
            `an ASN that no other region has (regions[${clash.index}] has it${clash.given ? "" : ", from its number"})`,
            "choose another, or leave it out: then it is 64600 + number",
          ),
        ];
  });
}

/** The address space, if regions' ranges can be cut from it. */
function soundSpace({ addressSpace }: Draft): string | undefined {
  return addressSpace !== undefined &&
    isCidr(addressSpace) &&
    contains(PRIVATE_SPACE, addressSpace) &&
    prefixOf(addressSpace) <= REGION_PREFIX
    ? addressSpace
    : undefined;
}

function boundaryAdvice(cidr: string): string {
  const [address] = cidr.split("/");
  const nearest = isCidr(cidr) ? aligned(`${address}/${REGION_PREFIX}`) : aligned(cidr);
  return nearest === undefined ? "write the first address and the prefix length" : `write ${nearest}, or leave it out`;
}
