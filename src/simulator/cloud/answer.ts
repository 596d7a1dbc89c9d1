// What an operation answers, before it is HTTP; and the refusals, in the shapes that the real services use.

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Chunks are sent as they come; nothing is buffered. */
  readonly body?: string | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Thrown by any operation; becomes the answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, body: Readonly<Record<string, unknown>>) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}

/** As the gateway and TaurusDB refuse; codes: https://support.huaweicloud.com/devg-apisign/api-sign-errorcode.html */
export function apiRefusal(status: number, errorCode: string, message: string): Refusal {
  return new Refusal(status, message, { error_msg: message, error_code: errorCode });
}

export function parameterRefusal(): Refusal {
  return apiRefusal(400, 'DBS.200001', 'Parameter error.');
}

/** As IAM refuses, in Keystone's shape. */
export function iamRefusal(status: number, title: string, message: string): Refusal {
  return new Refusal(status, message, { error: { code: status, message, title } });
}

export function refusalAnswer({ status, body }: Refusal, requestId: string): Answer {
  return jsonAnswer(status, 'error_code' in body ? { ...body, request_id: requestId } : body);
}
