/** A duration as Kubernetes controllers written in Go read it, such as `200ms` or `10s`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h"}`;
