// A plain client of the simulator for its tests; requests are signed by the official SDK's signer.
import assert from 'node:assert/strict';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import type {
  SimulatedAccessKey,
  SimulatedNode,
  SimulatedProject,
} from '../../src/simulator/cloud/simulated-fleet.js';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export async function call(url: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Reply> {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A string of a JSON object. */
export function textOf(json: unknown, key: string): string {
  const value: unknown = Object(json)[key];
  assert.equal(typeof value, 'string', `no text '${key}' in ${JSON.stringify(json)}`);
  return String(value);
}

/** The headers of a call signed by the official signer; `at` in milliseconds since the epoch. */
export function signed(
  url: string,
  key: SimulatedAccessKey,
  at: number,
  options: Call = {},
): Record<string, string> {
  const target = new URL(url);
  const date = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const token = key.securityToken === undefined ? {} : { 'X-Security-Token': key.securityToken };
  const request = {
    endpoint: `${target.origin}${target.pathname}`,
    method: options.method ?? 'GET',
    queryParams: Object.fromEntries(target.searchParams),
    headers: { ...options.headers, ...token, 'X-Sdk-Date': date },
    data: options.body === undefined ? undefined : JSON.parse(options.body),
  };
  const headers: Record<string, string> = AKSKSigner.sign(request, new BasicCredentials(key));
  return headers;
}

export function callSigned(
  url: string,
  key: SimulatedAccessKey,
  at: number,
  options: Call = {},
): Promise<Reply> {
  const { host: _, ...headers } = signed(url, key, at, options);
  return call(url, { ...options, headers });
}

export function only<T>(values: readonly T[]): T {
  const [value] = values;
  assert.ok(value !== undefined, 'got an empty list');
  return value;
}

export function firstKey(project: SimulatedProject): SimulatedAccessKey {
  return only(project.accessKeys);
}

export function tokenHeaders(project: SimulatedProject): Record<string, string> {
  return { 'X-Auth-Token': only(project.tokens) };
}

export function instancesUrl(url: string, project: SimulatedProject): string {
  return `${url}/v3/${project.projectId}/instances`;
}

/** Of the first node of the first instance, or of the node given. */
export function nodeUrl(url: string, project: SimulatedProject, node?: SimulatedNode): string {
  const instance = only(project.instances);
  return `${instancesUrl(url, project)}/${instance.id}/nodes/${(node ?? only(instance.nodes)).id}`;
}
