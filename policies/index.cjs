// Pulumi loads a policy pack with `require` and waits for what it exports.
module.exports = import("./pack.ts");
