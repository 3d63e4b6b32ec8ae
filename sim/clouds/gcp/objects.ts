import { createHash } from "node:crypto";
import type { BucketObject, BucketObjectArgs } from "@pulumi/gcp/storage/bucketObject.js";
import { type OutputsOf, refuse, type Service, service } from "../../service.ts";
import { bucket } from "./buckets.ts";
import { exclusive } from "./errors.ts";
import { everywhere } from "./places.ts";

/** Objects in buckets, as far as a bucket that holds one cannot be deleted. Their content is kept as its hashes. */
export const bucketObject: Service<OutputsOf<BucketObject>> = service<BucketObjectArgs, BucketObject>(
  "gcp:storage/bucketObject:BucketObject",
  {
    replaceOn: ["name", "bucket", "kmsKeyName", "storageClass", "contentEncoding", "customerEncryption"],
    region: everywhere,
    check: (input) => [...exclusive(input, "content", "source")],
    naming: { property: "name", pattern: /^[^\r\n]+$/, allowed: "any characters but line ends", maxLength: 1024 },
    create: (input, world) => {
      const parent = world.get(bucket, input.bucket) ?? refuse("notFound", "The specified bucket does not exist.");
      const name = input.name ?? "";
      const content = input.content ?? JSON.stringify(input.source ?? "");
      const md5 = createHash("md5").update(content).digest();
      const path = `${parent.state.name}/o/${encodeURIComponent(name)}`;
      return {
        id: `${parent.state.name}-${name}`,
        name,
        bucket: parent.state.name,
        content: input.content ?? "",
        contentType: input.contentType ?? "text/plain; charset=utf-8",
        crc32c: world.hex(8),
        deletionPolicy: input.deletionPolicy ?? "DELETE",
        generation: Date.parse(world.now()),
        kmsKeyName: input.kmsKeyName ?? parent.state.encryption?.defaultKmsKeyName ?? "",
        md5hash: md5.toString("base64"),
        md5hexhash: md5.toString("hex"),
        mediaLink: `https://storage.googleapis.com/download/storage/v1/b/${path}?alt=media`,
        outputName: name,
        selfLink: `https://www.googleapis.com/storage/v1/b/${path}`,
        storageClass: input.storageClass ?? parent.state.storageClass ?? "STANDARD",
      };
    },
    remove: () => {},
  },
);
