// Whether a text was meant to be a variable of the environment, in the form of a shell, of another program or of a template:
// only ${NAME} is one here, and everything else is taken as it stands.

const NAME = '([A-Za-z_][A-Za-z0-9_]{0,63})';
const FORMS = [
  String.raw`\$${NAME}`,
  String.raw`\$\(${NAME}\)`,
  String.raw`\$env:${NAME}`,
  `%${NAME}%`,
  String.raw`\$?\{\{\s*(?:(?:env|secrets|vars)\.|\.Env\.|\.)?${NAME}\s*\}\}`,
  String.raw`\$\{(?:env[:.])?\s*${NAME}\s*\}?`,
  String.raw`#\{${NAME}\}`,
  String.raw`env\(["']?${NAME}["']?\)`,
].map((form) => new RegExp(`^${form}$`, 'u'));
const OURS = new RegExp(String.raw`^\$\{${NAME}\}$`, 'u');

/** Its name; undefined where the whole text is nothing like a variable, or is one of ours. */
export function variableMeant(text: string): string | undefined {
  if (OURS.test(text)) {
    return undefined;
  }
  return FORMS.map((form) => form.exec(text)?.[1]).find((name) => name !== undefined);
}

/**
 * What to write instead. A secret may begin with a `$`, so the name is shown only of a variable that is set; undefined where the
 * text is nothing like one.
 */
export function referenceMeant(text: string, env: NodeJS.ProcessEnv): string | undefined {
  const name = variableMeant(text);
  return name === undefined ? undefined : `\${${Object.hasOwn(env, name) ? name : 'NAME'}}`;
}
