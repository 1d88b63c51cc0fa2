// The reference part of docs/library.md, made of the library's own declarations and their docstrings.

import { join, relative, sep } from "node:path";
import ts from "typescript";
import { root } from "../paths.ts";
import { entries } from "./package-json.ts";

const source = join(root, "src");

/** Markdown: for each module, what it exports with its declaration as a program sees it. What an earlier module exports is only named. */
export function apiReference(): string {
  const project = readProject();
  const declarations = emitDeclarations(project);
  const shown = new Map<string, string>();
  const modules = entries.map((entry) => {
    const parts: string[] = [];
    const again: string[] = [];
    for (const { name, file, text } of exportsOf(project, declarations, entry)) {
      const key = `${file}#${name}`;
      const where = shown.get(key);
      if (where !== undefined) again.push(`\`${name}\` (see \`muster/${where}\`)`);
      else parts.push(`### ${name}\n\n\`\`\`ts\n${text}\n\`\`\``);
      shown.set(key, where ?? entry);
    }
    const also = again.length === 0 ? [] : [`Also: ${again.join(", ")}.`];
    return [`## muster/${entry}`, ...parts, ...also].join("\n\n");
  });
  return `${modules.join("\n\n")}\n`;
}

function readProject(): ts.Program {
  const path = join(root, "build", "library", "tsconfig.json");
  const read = ts.readConfigFile(path, (file) => ts.sys.readFile(file));
  const { fileNames, options } = ts.parseJsonConfigFileContent(read.config, ts.sys, join(root, "build", "library"));
  return ts.createProgram(fileNames, { ...options, outDir: source });
}

/** Declaration files by the path of their source. */
function emitDeclarations(project: ts.Program): ReadonlyMap<string, ts.SourceFile> {
  const files = new Map<string, ts.SourceFile>();
  project.emit(undefined, (name, text) => {
    files.set(name.replace(/\.d\.ts$/, ".ts"), ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
  });
  return files;
}

interface Exported {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

function exportsOf(
  project: ts.Program,
  declarations: ReadonlyMap<string, ts.SourceFile>,
  entry: (typeof entries)[number],
): Exported[] {
  const checker = project.getTypeChecker();
  const module = project.getSourceFile(join(source, "library", `${entry}.ts`));
  const symbol = module === undefined ? undefined : checker.getSymbolAtLocation(module);
  if (symbol === undefined) throw new Error(`src/library/${entry}.ts exports nothing`);
  return checker
    .getExportsOfModule(symbol)
    .map((exported) => declarationOf(checker, declarations, exported))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function declarationOf(
  checker: ts.TypeChecker,
  declarations: ReadonlyMap<string, ts.SourceFile>,
  exported: ts.Symbol,
): Exported {
  const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
  const path = symbol.declarations?.[0]?.getSourceFile().fileName ?? "";
  const statement = declarations.get(path)?.statements.find((one) => declares(one, symbol.name));
  if (statement === undefined) throw new Error(`No declaration of "${exported.name}" in "${path}"`);
  const text = statement
    .getFullText()
    .trim()
    .replace(/^export (?:declare )?/m, "");
  return { name: exported.name, file: relative(source, path).split(sep).join("/"), text: withoutPrivate(text) };
}

function declares(statement: ts.Statement, name: string): boolean {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.some((one) => one.name.getText() === name);
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name?.text === name;
}

function withoutPrivate(text: string): string {
  return text.replaceAll(/^ *(?:#private|private .*);\n/gm, "");
}
