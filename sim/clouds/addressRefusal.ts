/** A load balancer that the cloud will not make, and why. */
export class NoAddress extends Error {}
