import type { Published } from "./source.ts";

/** A section of a Request for Comments, or all of it. */
export const rfc = (number: number, says: string, section?: string): Published => ({
  title: `RFC ${number}${section === undefined ? "" : `, ${section}`}: ${says}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}${section === undefined ? "" : `#section-${section}`}`,
});

/** A weakness of the Common Weakness Enumeration. */
export const cwe = (number: number, name: string): Published => ({
  title: `CWE-${number}: ${name}`,
  url: `https://cwe.mitre.org/data/definitions/${number}.html`,
});

export const PCI_LOG_HISTORY: Published = {
  title: "PCI DSS 4.0, 10.5.1: audit logs are kept for twelve months, three of them at hand",
  url: "https://www.pcisecuritystandards.org/document_library/",
};

export const CERTIFICATE_LIFETIMES: Published = {
  title: "CA/Browser Forum, ballot SC-081v3: certificates live for 100 days at most from 2027, for 47 from 2029",
  url: "https://cabforum.org/2025/04/11/ballot-sc081v3-introduce-schedule-of-reducing-validity-and-data-reuse-periods/",
};

export const BROKEN_AUTHENTICATION: Published = {
  title: "OWASP API Security Top 10 2023, API2: broken authentication",
  url: "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/",
};
