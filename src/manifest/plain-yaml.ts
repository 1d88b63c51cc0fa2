// Reads what nearly every manifest is written in: maps, lists and scalars in block or flow form, without anchors, tags, escapes and folded lines.
// The YAML library reads all of YAML, and costs a start more than the rest of the manifest; what is read here is read as it would.

import type { YamlEntry, YamlScalar, YamlTree } from "./yaml-tree.ts";

/** The text's tree; undefined when there is anything in it, right or wrong, that is not as simple as that. */
export function readPlainYaml(text: string): YamlTree | undefined {
  if (!text.endsWith("\n") || otherSpace.test(text)) return undefined;
  try {
    return new PlainReader(text).document();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class NotPlain extends Error {}

const maxDepth = 32;
/** Tabs, marks of bytes, the ends of lines of other systems and of other scripts. */
const otherSpace = /[^\S \n]|\u0085/;
const blanks = /(?: *(?:#.*)?\n)*/y;
const indentation = / */y;
const key = /([A-Za-z_][\w./-]{0,100}):(?=[ \n])/y;
const lineEnd = /(?: *| +#.*)\n/y;
/** Escapes are those that JSON has, too. */
const doubleQuoted = /"((?:[^"\\\n]|\\["\\/bfnrt])*)"/y;
const singleQuoted = /'([^'\n]*)'/y;
const literal = /\|(-?)(?: +#.*| *)\n/y;
/** What it may begin with is less than YAML allows. */
const plainInBlock = /(?:[\w/.+(<=^$\\]|-(?=[\w.-]))(?:[^\n:#]|:(?=[^ \n])|(?<! )#)*/y;
const plainInFlow = /(?:[\w/.+(<=^$\\]|-(?=[\w.-]))(?:[^\n:#,[\]{}]|:(?=[^ \n,[\]{}])|(?<! )#)*/y;
const flowSpace = / *(?:\n( *)(?=[^ \n#]))?/y;
/** What the core schema of YAML takes for a number. */
const number =
  /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$/;
const simpleNumber = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/;
const escapes: ReadonlyMap<string, string> = new Map([
  ["\\b", "\b"],
  ["\\f", "\f"],
  ["\\n", "\n"],
  ["\\r", "\r"],
  ["\\t", "\t"],
]);
const words: ReadonlyMap<string, boolean | null> = new Map([
  ...["null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
]);

class PlainReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): YamlTree {
    if (this.#nextIndent() !== 0) throw new NotPlain();
    const tree = this.#block(0);
    if (this.#at < this.#text.length) throw new NotPlain();
    return tree;
  }

  /** The indentation of the next line with content, before which it stands then; -1: there is none. */
  #nextIndent(): number {
    this.#take(blanks);
    if (this.#at >= this.#text.length) return -1;
    indentation.lastIndex = this.#at;
    return indentation.exec(this.#text)?.[0].length ?? 0;
  }

  /** A map or a list, from the beginning of its first line on. */
  #block(indent: number): YamlTree {
    this.#at += indent;
    return this.#isItem() ? this.#list(indent) : this.#map(indent);
  }

  /** From its first key on; keys stand in column `indent`. */
  #map(indent: number): YamlTree {
    this.#enter();
    const offset = this.#at;
    const entries = new Map<string, YamlEntry>();
    do {
      const keyOffset = this.#at;
      const name = this.#key(entries);
      entries.set(name, { keyOffset, value: this.#valueOfKey(indent) });
    } while (this.#isNext(indent, false));
    this.#depth--;
    return { kind: "map", entries, offset };
  }

  /** From its first dash on; dashes stand in column `indent`. */
  #list(indent: number): YamlTree {
    this.#enter();
    const offset = this.#at;
    const items: YamlTree[] = [];
    do {
      const start = this.#at;
      this.#at++;
      this.#take(indentation);
      const column = indent + this.#at - start;
      key.lastIndex = this.#at;
      items.push(key.test(this.#text) ? this.#map(column) : this.#inline(indent));
    } while (this.#isNext(indent, true));
    this.#depth--;
    return { kind: "list", items, offset };
  }

  /** Whether the map or list goes on; then its next key or dash is next. What stands deeper goes on with a value that is not plain. */
  #isNext(indent: number, isList: boolean): boolean {
    const next = this.#nextIndent();
    if (next > indent) throw new NotPlain();
    if (next < indent) return false;
    this.#at += indent;
    if (this.#isItem() === isList) return true;
    this.#at -= indent;
    // A list may stand in the column of the key that it belongs to, whose next sibling ends it.
    if (!isList) throw new NotPlain();
    return false;
  }

  #isItem(): boolean {
    return this.#text.startsWith("- ", this.#at);
  }

  #key(entries: ReadonlyMap<string, YamlEntry>): string {
    const name = this.#take(key)?.[1];
    if (name === undefined || words.has(name) || name === "__proto__" || entries.has(name)) throw new NotPlain();
    return name;
  }

  #valueOfKey(indent: number): YamlTree {
    if (this.#take(lineEnd) === undefined) {
      this.#take(indentation);
      return this.#text[this.#at] === "|" ? this.#literal(indent) : this.#inline(indent);
    }
    const next = this.#nextIndent();
    if (next > indent && /[[{]/.test(this.#text[this.#at + next] ?? "")) {
      this.#at += next;
      return this.#inline(indent);
    }
    if (next > indent) return this.#block(next);
    if (next < indent || !this.#text.startsWith("- ", this.#at + next)) throw new NotPlain();
    return this.#block(next);
  }

  /** A value that ends with its line, or a flow collection over several. */
  #inline(indent: number): YamlTree {
    const value = this.#flowCollection(indent) ?? this.#scalar(plainInBlock);
    if (this.#take(lineEnd) === undefined) throw new NotPlain();
    return value;
  }

  #scalar(plain: RegExp): YamlScalar {
    const offset = this.#at;
    const quoted = this.#take(doubleQuoted)?.[1]?.replaceAll(/\\./g, unescaped) ?? this.#take(singleQuoted)?.[1];
    if (quoted !== undefined) return { kind: "scalar", value: quoted, source: quoted, isQuoted: true, offset };
    const source = this.#take(plain)?.[0].trimEnd() ?? "";
    if (source === "") throw new NotPlain();
    // The spaces belong to what follows.
    this.#at = offset + source.length;
    return { kind: "scalar", value: valueOf(source), source, isQuoted: false, offset };
  }

  /** `|` and the lines below it. */
  #literal(parentIndent: number): YamlScalar {
    const offset = this.#at;
    const header = this.#take(literal);
    if (header === undefined) throw new NotPlain();
    const lines: string[] = [];
    let indent = 0;
    while (this.#at < this.#text.length) {
      const end = this.#text.indexOf("\n", this.#at);
      const line = this.#text.slice(this.#at, end);
      const content = line.trimStart();
      if (content === "" && line !== "") throw new NotPlain();
      const own = line.length - content.length;
      if (content !== "" && indent === 0) {
        if (own <= parentIndent || lines.length > 0) throw new NotPlain();
        indent = own;
      }
      if (content !== "" && own < indent) break;
      lines.push(line.slice(indent));
      this.#at = end + 1;
    }
    while (lines.at(-1) === "") lines.pop();
    if (lines.length === 0) throw new NotPlain();
    const value = `${lines.join("\n")}${header[1] === "-" ? "" : "\n"}`;
    return { kind: "scalar", value, source: value, isQuoted: true, offset };
  }

  /** Undefined: none begins here. */
  #flowCollection(indent: number): YamlTree | undefined {
    const first = this.#text[this.#at];
    if (first !== "{" && first !== "[") return undefined;
    this.#enter();
    const offset = this.#at++;
    const tree: YamlTree =
      first === "{"
        ? { kind: "map", entries: this.#flowEntries(indent), offset }
        : { kind: "list", items: this.#flowItems(indent), offset };
    this.#depth--;
    return tree;
  }

  #flowEntries(indent: number): ReadonlyMap<string, YamlEntry> {
    const entries = new Map<string, YamlEntry>();
    do {
      this.#flowSpace(indent);
      if (this.#isAtEnd("}")) return entries;
      const keyOffset = this.#at;
      const name = this.#key(entries);
      entries.set(name, { keyOffset, value: this.#flowValue(indent) });
    } while (this.#goesOn("}"));
    return entries;
  }

  #flowItems(indent: number): readonly YamlTree[] {
    const items: YamlTree[] = [];
    do {
      this.#flowSpace(indent);
      if (this.#isAtEnd("]")) return items;
      items.push(this.#flowValue(indent));
    } while (this.#goesOn("]"));
    return items;
  }

  #flowValue(indent: number): YamlTree {
    this.#flowSpace(indent);
    const value = this.#flowCollection(indent) ?? this.#scalar(plainInFlow);
    this.#flowSpace(indent);
    return value;
  }

  /** Behind a value: a comma, or the end. */
  #goesOn(end: string): boolean {
    if (this.#isAtEnd(end)) return false;
    if (this.#text[this.#at] !== ",") throw new NotPlain();
    this.#at++;
    return true;
  }

  #isAtEnd(end: string): boolean {
    if (this.#text[this.#at] !== end) return false;
    this.#at++;
    return true;
  }

  /** Spaces, and at most one end of a line; what follows is deeper than where the collection belongs. */
  #flowSpace(indent: number): void {
    const lineIndent = this.#take(flowSpace)?.[1];
    if (lineIndent !== undefined && lineIndent.length <= indent) throw new NotPlain();
  }

  #enter(): void {
    if (++this.#depth > maxDepth) throw new NotPlain();
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }
}

function unescaped(escape: string): string {
  return escapes.get(escape) ?? escape.slice(1);
}

function valueOf(source: string): string | number | boolean | null {
  const word = words.get(source);
  if (word !== undefined) return word;
  if (!number.test(source)) return source;
  if (!simpleNumber.test(source)) throw new NotPlain();
  return Number(source);
}
