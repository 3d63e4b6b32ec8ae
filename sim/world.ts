import type { Properties, Service, Stored } from "./service.ts";

/** What a service sees of its simulated cloud while it handles one request. */
export interface World {
  /** Account, subscription or project of the request. */
  readonly account: string;
  /** Region of the request. */
  readonly region: string;
  /** Configuration of the provider instance that sent the request. */
  readonly config: Properties;
  /** Resource's name in the program, the last part of its URN. */
  readonly logicalName: string;
  /**
   * The resource of a type by id or another reference. On AWS only in the request's region (or global), as its APIs are
   * regional; on Azure and Google Cloud anywhere in the stack's cloud, since their references are full paths.
   */
  get<Outputs>(service: Service<Outputs>, reference: string | undefined): Stored<Outputs> | undefined;
  /** Like `get`, in every region. */
  getAnywhere<Outputs>(service: Service<Outputs>, reference: string | undefined): Stored<Outputs> | undefined;
  /** All resources of a type, in every region of this cloud. */
  all<Outputs>(service: Service<Outputs>): Stored<Outputs>[];
  /** Resources of this cloud whose inputs name this one. */
  usersOf(resource: Stored<unknown>): Stored[];
  /** Changes the state of another resource as a side effect of this request (an attachment, a counter). */
  amend<Outputs>(resource: Stored<Outputs>, changes: Partial<Outputs>): void;
  /** Takes a name for good, beyond the deletion of what bears it. False when it was taken before. */
  claim(name: string): boolean;
  /** Random lower-case hex digits, for ids. */
  hex(digits: number): string;
  /** A fresh public IPv4 address from the documentation ranges of RFC 5737. */
  publicAddress(): string;
  /** PEM certificate that signs the API server's of the cluster with this name; undefined where clusters have no control plane. */
  certificateAuthority(cluster: string): string | undefined;
  /** Now, ISO 8601. */
  now(): string;
}
