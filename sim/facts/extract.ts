import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { FactsDocument, PropertyFacts, ResourceFacts, Shape } from "./facts.ts";
import { packageFile } from "./packages.ts";

/**
 * Reads facts about resource types out of the type declarations of the installed SDK packages: which inputs there are,
 * which are required, their shapes at any depth, which outputs always come, which are secret.
 */
export function extractFacts(types: readonly string[]): FactsDocument {
  const document: FactsDocument = { resources: {}, objects: {} };
  const packages = new Map<string, SdkPackage>();
  for (const type of types) {
    const name = type.slice(0, type.indexOf(":"));
    const sdk = packages.get(name) ?? new SdkPackage(name, document.objects);
    packages.set(name, sdk);
    document.resources[type] = sdk.resource(type);
  }
  return document;
}

class SdkPackage {
  readonly #name: string;
  readonly #folder: string;
  readonly #objects: FactsDocument["objects"];
  readonly #inputTypes: Declarations;
  readonly #enums = new Map<string, ts.SourceFile>();

  constructor(name: string, objects: FactsDocument["objects"]) {
    this.#name = name;
    this.#objects = objects;
    this.#folder = packageFile(name, ".");
    this.#inputTypes = namespaceMembers(parse(join(this.#folder, "types/input.d.ts")));
  }

  resource(type: string): ResourceFacts {
    const file = this.#fileOf(type);
    const className = type.slice(type.lastIndexOf(":") + 1);
    const source = parse(`${file}.d.ts`);
    const args = source.statements.find(
      (node) => ts.isInterfaceDeclaration(node) && node.name.text === `${className}Args`,
    );
    const resource = source.statements.find((node) => ts.isClassDeclaration(node) && node.name?.text === className);
    if (
      args === undefined ||
      resource === undefined ||
      !ts.isInterfaceDeclaration(args) ||
      !ts.isClassDeclaration(resource)
    ) {
      throw new Error(`${file}.d.ts does not declare ${className} and ${className}Args`);
    }
    const requiredOutputs = resource.members
      .filter(ts.isPropertyDeclaration)
      .filter((member) => member.type !== undefined && !isOptionalOutput(member.type) && isOutput(member.type))
      .map((member) => member.name.getText(source));
    const secrets = /additionalSecretOutputs:\s*\[([^\]]*)\]/.exec(readFileSync(`${file}.js`, "utf8"))?.[1] ?? "";
    return {
      inputs: this.#members(args, source),
      requiredOutputs,
      secretOutputs: [...secrets.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ""),
    };
  }

  /** `aws:ec2/vpc:Vpc` is in `ec2/vpc`, `azure-native:network:VirtualNetwork` in `network/virtualNetwork`. */
  #fileOf(type: string): string {
    const [, module = "", className = ""] = type.split(":");
    const own = className.charAt(0).toLowerCase() + className.slice(1);
    // Google's `compute/vPNTunnel:VPNTunnel` is in `compute/vpntunnel`, its `projects/iAMCustomRole` in `projects/iamcustomRole`.
    const lower = module.replace(/\/[a-z][A-Z]+/, (initials) => initials.toLowerCase());
    const candidates = [module, lower, `${module}/${own}`, own].map((path) => join(this.#folder, path));
    const file = candidates.find((path) => existsSync(`${path}.d.ts`));
    if (file === undefined) throw new Error(`@pulumi/${this.#name} has no resource type ${type}`);
    return file;
  }

  #members(declaration: ts.InterfaceDeclaration, source: ts.SourceFile): Record<string, PropertyFacts> {
    return Object.fromEntries(
      declaration.members.filter(ts.isPropertySignature).map((member) => {
        const name = member.name.getText(source).replaceAll('"', "");
        return [name, { required: member.questionToken === undefined, shape: this.#shape(member.type, source) }];
      }),
    );
  }

  #shape(node: ts.TypeNode | undefined, source: ts.SourceFile): Shape {
    if (node === undefined) return { kind: "any" };
    if (ts.isParenthesizedTypeNode(node)) return this.#shape(node.type, source);
    if (ts.isArrayTypeNode(node)) return { kind: "list", of: this.#shape(node.elementType, source) };
    if (ts.isUnionTypeNode(node)) return this.#union(node, source);
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      return { kind: "map", of: this.#shape(index?.type, source) };
    }
    if (ts.isLiteralTypeNode(node)) {
      if (ts.isStringLiteral(node.literal)) return { kind: "enum", values: [node.literal.text] };
      if (ts.isNumericLiteral(node.literal)) return { kind: "enum", values: [Number(node.literal.text)] };
      return { kind: "boolean" };
    }
    if (ts.isTypeReferenceNode(node)) return this.#reference(node, source);
    if (node.kind === ts.SyntaxKind.StringKeyword) return { kind: "string" };
    if (node.kind === ts.SyntaxKind.NumberKeyword) return { kind: "number" };
    if (node.kind === ts.SyntaxKind.BooleanKeyword) return { kind: "boolean" };
    return { kind: "any" };
  }

  #union(node: ts.UnionTypeNode, source: ts.SourceFile): Shape {
    const shapes = node.types
      .filter((type) => type.kind !== ts.SyntaxKind.UndefinedKeyword)
      .map((type) => this.#shape(type, source));
    // Azure declares `string | Enum`, open for values of later API versions; the API of this version knows only the enum.
    const choice = shapes.find((shape) => shape.kind === "enum");
    const open = shapes.every((shape) => shape.kind === "enum" || shape.kind === "string");
    if (choice !== undefined && open && this.#name === "azure-native") return choice;
    const distinct = shapes.filter(
      (shape, index) => shapes.findIndex((other) => JSON.stringify(other) === JSON.stringify(shape)) === index,
    );
    return distinct.length === 1 && distinct[0] !== undefined ? distinct[0] : { kind: "union", of: distinct };
  }

  #reference(node: ts.TypeReferenceNode, source: ts.SourceFile): Shape {
    const name = node.typeName.getText(source);
    if (/^(pulumi\.)?(Input|InputObject|Output)$/.test(name)) return this.#shape(node.typeArguments?.[0], source);
    if (name.startsWith("inputs.")) return this.#object(name.slice("inputs.".length));
    if (name.startsWith("enums.")) return this.#enum(name.slice("enums.".length));
    if (name.startsWith("pulumi.asset.")) return { kind: "asset" };
    if (name === "Record") return { kind: "map", of: this.#shape(node.typeArguments?.[1], source) };
    return { kind: "any" };
  }

  #object(name: string): Shape {
    const key = `${this.#name}:${name}`;
    const declaration = this.#inputTypes.get(name);
    if (declaration === undefined || !ts.isInterfaceDeclaration(declaration)) return { kind: "any" };
    if (this.#objects[key] === undefined) {
      // Entered before its members are read, since object types may hold themselves.
      this.#objects[key] = {};
      Object.assign(this.#objects[key], this.#members(declaration, declaration.getSourceFile()));
    }
    return { kind: "object", name: key };
  }

  /** Enumerations are constant objects: `export declare const IPVersion: { readonly IPv4: "IPv4"; … }`. */
  #enum(name: string): Shape {
    const parts = name.split(".");
    const enumName = parts.pop() ?? "";
    const file = join(this.#folder, "types/enums", ...parts, "index.d.ts");
    if (!existsSync(file)) return { kind: "string" };
    const source = this.#enums.get(file) ?? parse(file);
    this.#enums.set(file, source);
    for (const statement of source.statements.filter(ts.isVariableStatement)) {
      const declared = statement.declarationList.declarations.find(
        (candidate) => candidate.name.getText(source) === enumName,
      );
      if (declared?.type === undefined || !ts.isTypeLiteralNode(declared.type)) continue;
      const values = declared.type.members.filter(ts.isPropertySignature).flatMap((member) => {
        const shape = this.#shape(member.type, source);
        return shape.kind === "enum" ? shape.values : [];
      });
      return { kind: "enum", values };
    }
    return { kind: "string" };
  }
}

type Declarations = Map<string, ts.Statement>;

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);

/** The interfaces of a file by their full name: `eks.ClusterVpcConfig`. */
function namespaceMembers(source: ts.SourceFile): Declarations {
  const found: Declarations = new Map();
  const visit = (statements: readonly ts.Statement[], prefix: string) => {
    for (const statement of statements) {
      if (ts.isInterfaceDeclaration(statement)) found.set(prefix + statement.name.text, statement);
      if (ts.isModuleDeclaration(statement) && statement.body !== undefined && ts.isModuleBlock(statement.body)) {
        visit(statement.body.statements, `${prefix}${statement.name.text}.`);
      }
    }
  };
  visit(source.statements, "");
  return found;
}

const isOutput = (node: ts.TypeNode): boolean =>
  ts.isTypeReferenceNode(node) && node.typeName.getText().endsWith("Output");

/** `Output<T | undefined>`: the property may be missing. */
function isOptionalOutput(node: ts.TypeNode): boolean {
  const inner = ts.isTypeReferenceNode(node) ? node.typeArguments?.[0] : undefined;
  return (
    inner !== undefined &&
    ts.isUnionTypeNode(inner) &&
    inner.types.some((type) => type.kind === ts.SyntaxKind.UndefinedKeyword)
  );
}
