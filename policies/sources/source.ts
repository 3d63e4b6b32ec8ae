/** What a rule rests on: a document that others publish, or what this project decided or measured. */
export type Source = Published | Own;

/** A specification, a benchmark, a product's documentation or its code. */
export interface Published {
  /** What is to be found there, beginning with whose it is. */
  title: string;
  url: `https://${string}`;
}

/** A document of this repository, where nobody else says it. */
export interface Own {
  title: string;
  /** From the repository's root, with the heading where it helps. */
  file: `docs/${string}`;
}

/** One at least: a rule without a source is an opinion. The first is the one that readers are sent to. */
export type Sources = readonly [Source, ...Source[]];

/** Where others publish what a rule rests on; undefined where the project's own word is all that there is. */
export const publishedAt = (sources: Sources): Published["url"] | undefined =>
  sources.find((source) => "url" in source)?.url;
