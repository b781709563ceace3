import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

// GitHub's own description of its API: every request that reaches the fake, and every answer it gives, is held against it.

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
}

interface Operation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Record<string, { readonly schema: unknown }>;
  };
  readonly responses: Record<string, unknown>;
}

/** One request or answer, as far as the description speaks of it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** What the description says of requests and answers: nothing, or what is wrong with them. */
export interface Description {
  /** The template of a path (`/repos/{owner}/{repo}/pulls/{pull_number}`), or null when GitHub has no such request. */
  readonly template: (method: string, path: string) => string | null;
  readonly checkRequest: (exchange: Exchange) => string[];
  readonly checkAnswer: (method: string, path: string, status: number, body: unknown) => string[];
}

let loaded: Description | null = null;

/** Reads the description once a process: it has 13 MB. */
export function loadDescription(): Description {
  loaded ??= readDescription();
  return loaded;
}

function readDescription(): Description {
  const require = createRequire(import.meta.url);
  const file = require.resolve('@octokit/openapi/generated/api.github.com.json');
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    $id?: string;
    paths: Record<string, Record<string, Operation>>;
  };
  const templates = Object.keys(document.paths).map((template) => ({
    template,
    literal: template.split('/').filter((part) => !part.startsWith('{')).length,
    // A path parameter takes one segment; `{path}` of contents takes the rest.
    pattern: new RegExp(`^${template.replace(/\{path\}/g, '.+').replace(/\{[^}]+\}/g, '([^/]+)')}$`),
  }));
  templates.sort((a, b) => b.literal - a.literal);

  allowNull(document);
  const ajv = new Ajv({ strict: false, allErrors: false, coerceTypes: false, validateFormats: true });
  formats.default(ajv);
  ajv.addSchema({ ...document, $id: 'github' } as object, 'github');
  const compiled = new Map<string, ValidateFunction>();
  const validator = (pointer: string): ValidateFunction => {
    let found = compiled.get(pointer);
    if (!found) {
      found = ajv.compile({ $ref: `github#${pointer}` });
      compiled.set(pointer, found);
    }
    return found;
  };
  const look = (reference: string): unknown =>
    reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key.replace(/~1/g, '/')], document);
  const resolve = <T>(value: T | { readonly $ref: string }): T =>
    typeof value === 'object' && value !== null && '$ref' in value ? (look(value.$ref) as T) : (value as T);

  const find = (method: string, path: string) => {
    const lower = method.toLowerCase();
    const at = templates.find(({ template, pattern }) => pattern.test(path) && document.paths[template]?.[lower]);
    const operation = at ? document.paths[at.template]?.[lower] : undefined;
    return at && operation ? { template: at.template, operation, lower } : null;
  };
  const pointerOf = (template: string, method: string, ...rest: string[]) =>
    ['', 'paths', template, method, ...rest]
      .map((p) => encodeURIComponent(p.replace(/~/g, '~0').replace(/\//g, '~1')))
      .join('/');

  return {
    template: (method, path) => find(method, path)?.template ?? null,
    checkRequest: ({ method, path, query, body }) => {
      const found = find(method, path);
      if (!found) return [`GitHub has no request ${method} ${path}`];
      const { template, operation, lower } = found;
      const wrong: string[] = [];
      const known = (operation.parameters ?? []).map((p) => resolve<Parameter>(p));
      for (const name of query.keys())
        if (!known.some((p) => p.in === 'query' && p.name === name)) wrong.push(`${template} knows no query '${name}'`);
      for (const parameter of known) {
        const value = parameter.in === 'query' ? query.get(parameter.name) : null;
        if (parameter.in !== 'query') continue;
        if (value === null) {
          if (parameter.required) wrong.push(`${template} misses the query '${parameter.name}'`);
          continue;
        }
        const typed = parameter.schema.type === 'integer' ? Number(value) : value;
        const check = ajv.compile(parameter.schema as object);
        if (!check(typed)) wrong.push(`${template}: query ${parameter.name}: ${ajv.errorsText(check.errors)}`);
      }
      const content = operation.requestBody?.content['application/json'];
      if (body === undefined || body === null || body === '') {
        if (operation.requestBody?.required && content) wrong.push(`${method} ${template} misses its body`);
        return wrong;
      }
      if (!content) return [...wrong, `${method} ${template} takes no body`];
      const check = validator(pointerOf(template, lower, 'requestBody', 'content', 'application/json', 'schema'));
      if (!check(body)) wrong.push(`${method} ${template}: ${ajv.errorsText(check.errors)}`);
      const names = propertiesOf(content.schema, resolve);
      if (names !== null)
        for (const name of Object.keys(body as object))
          if (!names.has(name)) wrong.push(`${method} ${template} knows no field '${name}'`);
      return wrong;
    },
    checkAnswer: (method, path, status, body) => {
      const found = find(method, path);
      if (!found) return [];
      const { template, operation, lower } = found;
      const raw = operation.responses[String(status)];
      // Limits, outages and lost permissions may answer anything; the description names few of them.
      if (raw === undefined) return status >= 400 ? [] : [`${method} ${template} never answers ${status}`];
      const response = resolve<{ content?: Record<string, unknown> }>(raw as { content?: Record<string, unknown> });
      if (!response.content?.['application/json']) return [];
      const pointer =
        typeof raw === 'object' && raw !== null && '$ref' in raw
          ? `${(raw as { $ref: string }).$ref.slice(1)}/content/application~1json/schema`
          : pointerOf(template, lower, 'responses', String(status), 'content', 'application/json', 'schema');
      const check = validator(pointer);
      // The description forgets that the repository of a fork that was deleted is null, as the webhooks' schemas say.
      if (check(body) || check.errors?.every((e) => e.instancePath === '/head/repo' && e.keyword === 'type')) return [];
      return [`answer to ${method} ${template} (${status}): ${ajv.errorsText(check.errors)}`];
    },
  };
}

/** The fields that a body may have, over all of its alternatives; null when the description leaves them open. */
function propertiesOf(
  schema: unknown,
  resolve: <T>(value: T | { readonly $ref: string }) => T,
): ReadonlySet<string> | null {
  const at = resolve<Record<string, unknown>>(schema as Record<string, unknown>);
  const names = new Set(Object.keys((at['properties'] as object | undefined) ?? {}));
  for (const key of ['oneOf', 'anyOf', 'allOf'])
    for (const part of (at[key] as unknown[] | undefined) ?? [])
      for (const name of propertiesOf(part, resolve) ?? []) names.add(name);
  return names.size === 0 ? null : names;
}

/** `nullable` beside `enum` is meant to allow null, which OpenAPI 3.0 as it is written does not. */
function allowNull(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  if ('nullable' in node && 'enum' in node && Array.isArray(node.enum) && !node.enum.includes(null))
    node.enum.push(null);
  for (const value of Object.values(node)) allowNull(value);
}
