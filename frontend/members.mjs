// Which member names of the widget may be shortened: its own, and nobody else's. Asked of the compiler, so that the
// answer follows the sources: a name is ours when one of our classes (or, in camelCase, one of our interfaces)
// declares it. It is left alone as soon as it could be data or the browser's:
//   * declared by the browser, the language or Node;
//   * anywhere in a file that describes data: frames, stored entries, messages between page and panel, words;
//   * inside any string or pattern, or an attribute in markup;
//   * read from a value whose type nobody knows (`any`): that may have come over the wire.
import ts from "typescript";

const DATA = /\/src\/(engine\/(frames|outbox)|widget\/(bridge|api|texts|config))\.ts$/;
const OWN = /\/frontend\/src\//;
const WORD = /[A-Za-z_$][\w$]*/g;

export function ownMembers(folder, entry) {
  const { config } = ts.readConfigFile(`${folder}/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const program = ts.createProgram([`${folder}/${entry}`, `${folder}/src/css.d.ts`], options);
  const found = { own: new Set(), foreign: new Set(["constructor", "render"]) };
  for (const file of program.getSourceFiles()) read(file, program.getTypeChecker(), found);
  const names = [...found.own].filter((name) => !found.foreign.has(name) && !name.includes("_")).sort();
  return new RegExp(`^(${names.join("|")})$`);
}

function read(file, checker, { own, foreign }) {
  const isOurs = OWN.test(file.fileName);
  const isData = DATA.test(file.fileName);
  const refuse = (text) => text.match(WORD)?.forEach((word) => foreign.add(word));
  const visit = (node) => {
    if (isData && ts.isIdentifier(node)) foreign.add(node.text);
    if (!isOurs) node.name && ts.isIdentifier(node.name) && foreign.add(node.name.text);
    else if (isText(node)) refuse(node.text);
    else if (isUnknownRead(node, checker)) foreign.add((node.propertyName ?? node.name).getText());
    else if (isAttribute(node)) foreign.add(node.name.getText());
    else if (isOwnMember(node)) own.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

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
  if (ts.isClassElement(node)) return true;
  if (ts.isParameter(node)) return ts.isParameterPropertyDeclaration(node, node.parent);
  // Single words of interfaces are too often a field of something that travels.
  return ts.isTypeElement(node) && /[A-Z]/.test(node.name.text);
}
