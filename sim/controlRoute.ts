import type { z } from "zod";

/** One request that the simulator's own API takes. */
export interface Route {
  schema: z.ZodType;
  run: (body: unknown) => unknown;
}

/** Joins a schema to the function that takes what it lets through. */
export const route = <Schema extends z.ZodType>(schema: Schema, run: (body: z.output<Schema>) => unknown): Route => ({
  schema,
  run: (body) => run(body as z.output<Schema>),
});

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
