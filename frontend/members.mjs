// Shorter member names for the widget. Asked of the compiler, so that the answer follows the sources.
//
// Of classes, by symbol: `ownClassMembers` answers the sources with each member of our classes marked by a `$`, wherever
// the compiler says that this very member is meant, so the same word elsewhere stays what it is. Not of classes that
// stand in for an interface or a base, but for what is private there, nor of members that are asked for by a string.
//
// Of our interfaces, by name (`ownMembers`): those in camelCase, unless the name could be data or the browser's:
//   * declared by the browser or the language;
//   * anywhere in a file that describes data: frames, stored entries, messages between page and panel, words;
//   * inside any string or pattern (but words that are only read by people), or an attribute in markup;
//   * read from a value whose type nobody knows (`any`): that may have come over the wire.
import ts from "typescript";

const DATA = /\/src\/(engine\/(frames|outbox)|widget\/(bridge|api|texts|paths|config))\.ts$/;
const WORDS = /\/src\/widget\/(texts|paths)\.ts$/;
const OWN = /\/frontend\/src\/.*(?<!\.d)\.tsx?$/;
/** Looked through by hand: Preact's and src/tiny's own, and single words of interfaces that never leave the engine. */
const INSIDE = (
  "__html compute dangerouslySetInnerHTML dependencies held retryAfter version cleanup current deps dom hooks instance kids locals props render seen shouldComponentUpdate " +
  "asked canSend clock entry fruitless handlers http icon insert isPicking items label network outbox over paste path patience peer positions preview rung share timers tracker transport"
).split(" ");
const WORD = /[A-Za-z_$][\w$]*/g;

export function readMembers(folder, entries) {
  const { config } = ts.readConfigFile(`${folder}/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const files = [...entries, "src/css.d.ts"].map((name) => `${folder}/${name}`);
  const program = ts.createProgram(files, { ...options, types: [] });
  const checker = program.getTypeChecker();
  const own = program.getSourceFiles().filter((file) => OWN.test(file.fileName));
  return {
    /** Names that may be shortened wherever they stand. */
    names: ownMembers(program.getSourceFiles(), checker),
    /** By path: the sources with marked members. */
    sources: new Map(own.map((file) => [file.fileName, withMarkedMembers(file, checker)])),
  };
}

function ownMembers(files, checker) {
  const found = { own: new Set(), foreign: new Set(["constructor", "render"]) };
  for (const file of files) read(file, checker, found);
  const names = [...found.own].filter((name) => !found.foreign.has(name) && !name.includes("_"));
  return new RegExp(`^(\\$\\w+|${[...names, ...INSIDE].sort().join("|")})$`);
}

function read(file, checker, { own, foreign }) {
  const isOurs = OWN.test(file.fileName);
  const isData = DATA.test(file.fileName);
  const refuse = (text) => text.match(WORD)?.forEach((word) => foreign.add(word));
  const visit = (node) => {
    if (isData && ts.isIdentifier(node)) foreign.add(node.text);
    if (!isOurs) node.name && ts.isIdentifier(node.name) && foreign.add(node.name.text);
    else if (isText(node)) isRead(node) || refuse(node.text);
    else if (isUnknownRead(node, checker)) foreign.add((node.propertyName ?? node.name).getText());
    else if (isAttribute(node)) foreign.add(node.name.getText());
    else if (isOwnMember(node)) own.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** Nobody asks an object for it: the name of a module, or something for people. */
const isRead = (node) => ts.isImportDeclaration(node.parent) || WORDS.test(node.getSourceFile().fileName);

const isText = (node) =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateHead(node) ||
  ts.isTemplateMiddleOrTemplateTail(node) ||
  ts.isRegularExpressionLiteral(node) ||
  ts.isJsxText(node);

/** `value.name` or `{ name } = value` where the type of value is any or unknown. */
function isUnknownRead(node, checker) {
  const source = ts.isPropertyAccessExpression(node)
    ? node.expression
    : ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && node.parent;
  return Boolean(source && checker.getTypeAtLocation(source).flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown));
}

const isAttribute = (node) => ts.isJsxAttribute(node) && /^[a-z]/.test(node.parent.parent.tagName.getText());

function isOwnMember(node) {
  if (!node.name || !ts.isIdentifier(node.name)) return false;
  if (ts.isClassElement(node) || isParameterProperty(node)) return true;
  // Single words of interfaces are too often a field of something that travels.
  return ts.isTypeElement(node) && /[A-Z]/.test(node.name.text);
}

const isParameterProperty = (node) => ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent);

// ---- by symbol ----

function withMarkedMembers(file, checker) {
  const edits = [];
  const visit = (node) => {
    const marked = ts.isIdentifier(node) && marking(node, checker);
    if (marked) edits.push([node.getStart(), node.end, marked]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (/\/tiny\/signals\.ts$/.test(file.fileName)) return file.text.replace(OF_SIGNALS, "$$$&");
  // From the end, so that the places of what is before stay right.
  return edits.reduceRight((text, [start, end, name]) => text.slice(0, start) + name + text.slice(end), file.text);
}

/** What to write in place of the identifier; nothing where it is no member of ours. */
function marking(node, checker) {
  const { parent, text } = node;
  if (ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent) && (parent.propertyName ?? parent.name) === node) {
    const member = checker.getTypeAtLocation(parent.parent).getProperty(text);
    if (isMarked(member?.valueDeclaration)) return parent.propertyName ? `$${text}` : `$${text}: ${text}`;
  }
  const symbol = ts.isShorthandPropertyAssignment(parent) ? checker.getShorthandAssignmentValueSymbol(parent) : checker.getSymbolAtLocation(node);
  // A parameter that is a property as well has two symbols; both get the name.
  const declared = isParameterProperty(parent) && parent.name === node ? parent : symbol?.valueDeclaration;
  if (!isMarked(declared)) return null;
  return ts.isShorthandPropertyAssignment(parent) ? `${text}: $${text}` : `$${text}`;
}

/** A signal's, in Preact's types; src/tiny/signals.ts, which is there at run time, calls them the same. */
const SIGNALS = /\bsignals(-core)?\/.*\.d\.ts$/;
const OF_SIGNALS = /\b(value|peek)\b/g;

function isMarked(member) {
  if (member?.name && SIGNALS.test(member.getSourceFile().fileName)) return member.name.getText().search(OF_SIGNALS) === 0;
  if (!member?.name || !ts.isIdentifier(member.name) || INSIDE.includes(member.name.text) || !OWN.test(member.getSourceFile().fileName)) return false;
  if (!isParameterProperty(member) && !(ts.isClassElement(member) && member.parent && ts.isClassLike(member.parent))) return false;
  const owner = ts.isParameter(member) ? member.parent.parent : member.parent;
  const isPrivate = ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private;
  return (isPrivate || !owner.heritageClauses) && !namesOf(member.getSourceFile()).has(member.name.text);
}

const known = new Map();

/** Strings of a file that could name a member. */
function namesOf(file) {
  if (!known.has(file)) {
    const names = new Set();
    const visit = (node) => {
      if (ts.isStringLiteralLike(node) && !ts.isImportDeclaration(node.parent)) names.add(node.text);
      ts.forEachChild(node, visit);
    };
    visit(file);
    known.set(file, names);
  }
  return known.get(file);
}
