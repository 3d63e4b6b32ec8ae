/** What AWS calls a resource type and the calls that handle it; error messages name them. */
export interface Api {
  /** Such as `EC2` or `CloudWatch Logs`. */
  service: string;
  /** Such as `Subnet`. */
  noun: string;
  create: string;
  update: string;
  remove: string;
  /** The error code for an impossible tag. @default InvalidParameterValue, as EC2 */
  badTag?: string;
}

/** EC2's own names for its calls; the noun has none of the spaces that messages have. */
export const ec2 = (noun: string, calls: Partial<Pick<Api, "create" | "update" | "remove">> = {}): Api => {
  const plain = noun.replaceAll(" ", "");
  return {
    service: "EC2",
    noun,
    create: `Create${plain}`,
    update: `Modify${plain}`,
    remove: `Delete${plain}`,
    ...calls,
  };
};

/** EKS's names for its calls. */
export const eks = (noun: string, calls: Partial<Pick<Api, "create" | "update" | "remove">> = {}): Api => {
  const plain = noun.replaceAll(" ", "");
  return {
    service: "EKS",
    noun,
    badTag: "InvalidParameterException",
    create: `Create${plain}`,
    update: `Update${plain}Config`,
    remove: `Delete${plain}`,
    ...calls,
  };
};

/** Route 53's names for its calls. */
export const route53 = (noun: string, calls: Pick<Api, "create" | "update" | "remove">): Api => ({
  service: "Route 53",
  noun,
  badTag: "InvalidInput",
  ...calls,
});

/** IAM's names for its calls. */
export const iam = (noun: string, calls: Pick<Api, "create" | "update" | "remove">): Api => ({
  service: "IAM",
  noun,
  badTag: "InvalidInput",
  ...calls,
});

/** S3 puts the parts of a bucket's configuration, whether they are new or changed. */
export const s3 = (noun: string, create: string, remove: string): Api => ({
  service: "S3",
  noun,
  create,
  update: create,
  remove,
  badTag: "InvalidTag",
});
