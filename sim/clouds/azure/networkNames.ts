import { refuse } from "../../service.ts";

const PATTERN = /^\w([\w.-]{0,78}\w)?$/;

/** Any name, for the types whose rules the provider leaves to the API. */
export const anyName = (property: string) => ({
  property,
  pattern: /^[^/]+$/,
  allowed: "no '/' in it",
  maxLength: 260,
});

/** A child's name, which is its name in the program where the request gives none: the provider adds no digits to it. */
export const childName = (property: string) => ({ ...anyName(property), automatic: false });

/** Microsoft.Network's rule on names. */
export function checkNetworkName(name: string): void {
  if (PATTERN.test(name)) return;
  refuse(
    "InvalidResourceName",
    `Resource name ${name} is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.`,
  );
}
