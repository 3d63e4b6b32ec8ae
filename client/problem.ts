/** What an API server answers when it says no: a `Status` object (Kubernetes API conventions, "Response Status Kind"). */
export interface Status {
  kind: "Status";
  code?: number;
  reason?: string;
  message?: string;
  details?: {
    name?: string;
    kind?: string;
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** A request that an API server refused. */
export class ApiError extends Error {
  /** HTTP status, such as 409. */
  readonly code: number;
  /** Such as `NotFound`, `Conflict`, `Invalid`; empty where a proxy answered. */
  readonly reason: string;
  readonly status: Status | undefined;

  constructor(code: number, request: string, status: Status | undefined, text: string) {
    super(`${request}: ${status?.message ?? (text.trim().slice(0, 500) || `status ${code}`)}`);
    this.code = code;
    this.reason = status?.reason ?? "";
    this.status = status;
  }
}

/** An API server that could not be reached or did not answer in time: nothing is known of what it holds. */
export class UnreachableError extends Error {}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;
