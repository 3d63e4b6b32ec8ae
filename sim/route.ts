import type { z } from "zod";

/** One request that a server of the simulation takes. `More` is what a server hands on besides the body. */
export interface Route<More extends unknown[] = []> {
  /** Of the JSON body, or of the query of a GET. */
  schema: z.ZodType;
  run: (body: unknown, ...more: More) => unknown;
}

/** Joins a schema to the function that takes what it lets through. */
export const route = <Schema extends z.ZodType, More extends unknown[]>(
  schema: Schema,
  run: (body: z.output<Schema>, ...more: More) => unknown,
): Route<More> => ({ schema, run: (body, ...more) => run(body as z.output<Schema>, ...more) });

/** An answer other than 200. */
export class Failure extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An answer that is passed on as it is. */
export class Verbatim {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  constructor(answer: { status: number; contentType: string; text: string }) {
    this.status = answer.status;
    this.contentType = answer.contentType;
    this.text = answer.text;
  }
}
