import { refuse } from "../../service.ts";

/** Resource Manager's rules on tags. */
export function checkTags(tags: Record<string, string> | undefined, longestName = 512): void {
  const entries = Object.entries(tags ?? {});
  if (entries.length > 50) {
    refuse(
      "TooManyTags",
      `The number of tags '${entries.length}' exceeded the maximum number of tags '50' allowed on a resource.`,
    );
  }
  for (const [name, value] of entries) {
    if (/[<>%&\\?/\p{Cc}]/u.test(name)) {
      refuse(
        "InvalidTagNameCharacters",
        `The tag names '${name}' have reserved characters '<,>,%,&,\\,?,/' or control characters.`,
      );
    }
    if (name === "" || name.length > longestName) {
      refuse(
        "InvalidTagName",
        `The tag name '${name}' is invalid: its length must be between 1 and ${longestName} characters.`,
      );
    }
    if (/^(microsoft|azure|windows)/i.test(name)) {
      refuse(
        "InvalidTagName",
        `The tag name '${name}' is invalid: the prefixes 'microsoft', 'azure' and 'windows' are reserved.`,
      );
    }
    if (value.length > 256) {
      refuse(
        "InvalidTagValueLength",
        `Tag value too large. Following tag value '${value}' exceeded the maximum length. Maximum allowed length for tag value - '256' characters.`,
      );
    }
  }
  const names = entries.map(([name]) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    refuse("AmbiguousTagNames", `The tag name '${twice}' is given more than once: names differ in case only.`);
}
