/** Calls of the portal's API with the session's cookie: what is wrong comes back as one kind of error. */

export type Kind =
  /** No answer: the network, or the portal is down. */
  | "offline"
  /** 503: it can't be read just now. */
  | "unavailable"
  /** Nobody is logged in any more. */
  | "login"
  /** 403: this role may not. */
  | "role"
  | "not_found"
  /** 409: somebody was faster. */
  | "conflict"
  /** 422: fields to be mended. */
  | "invalid"
  | "busy"
  | "other";

export interface FieldError {
  field: string;
  message: string;
}

/** What the portal said (RFC 9457); `detail` is for a person, and says what to do. */
export class ApiError extends Error {
  constructor(
    readonly kind: Kind,
    readonly status: number,
    /** The tail of the problem's type, such as `shared_route`; "" without one. */
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    readonly after_ms: number | null = null,
    /** The problem's further members, as they came. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${status} ${code}`);
    this.name = "ApiError";
  }
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface CallOptions {
  /** Sent as JSON; FormData and Blob as they are. */
  body?: unknown;
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
  /** Before anybody is logged in: a 401 is an answer, and no reason to show the login. */
  anonymous?: boolean;
}

export interface ApiWorld {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
}

const DEADLINE_MS = 20_000;
/** Answers kept for their ETags; more than a person has open at once. */
const KEPT = 64;

export class Api {
  /** Goes with what changes something; of the session. */
  csrf = "";
  /** Called when a call finds that nobody is logged in. */
  onLogin: () => void = () => {};
  readonly #kept = new Map<string, { etag: string; data: unknown }>();

  constructor(private readonly world: ApiWorld) {}

  /** Forget what was read: another person may sit here next. */
  forget(): void {
    this.csrf = "";
    this.#kept.clear();
  }

  get<T>(path: string, options: Omit<CallOptions, "body"> = {}): Promise<T> {
    return this.call<T>("GET", path, options);
  }

  /**
   * The answer's JSON; undefined when it has none. An answer that has not changed since (304) is the same object
   * as before.
   *
   * Throws ApiError, and the signal's AbortError when the view has been left.
   */
  async call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
    const kept = method === "GET" ? this.#kept.get(path) : undefined;
    const response = await this.#send(method, path, options, kept?.etag);
    if (response.status === 304 && kept !== undefined) return kept.data as T;
    if (!response.ok) throw await this.#refused(response, options.anonymous === true);
    if (response.status === 204) return undefined as T;
    const data = await body(response);
    const etag = response.headers.get("ETag");
    if (method === "GET" && etag !== null) this.#keep(path, etag, data);
    return data as T;
  }

  async #send(method: Method, path: string, options: CallOptions, etag?: string): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
    if (method !== "GET") headers["X-CSRF-Token"] = this.csrf;
    if (etag !== undefined) headers["If-None-Match"] = etag;
    const { body } = options;
    const raw = body instanceof FormData || body instanceof Blob;
    if (body !== undefined && !raw) headers["Content-Type"] = "application/json";
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    try {
      return await this.world.fetch(path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError("offline", 0, "", "");
    }
  }

  async #refused(response: Response, anonymous: boolean): Promise<ApiError> {
    const problem = ((await response.json().catch(() => null)) ?? {}) as Record<string, unknown>;
    const error = errorOf(response.status, problem, response.headers.get("Retry-After"));
    if (error.kind === "login" && !anonymous) this.onLogin();
    return error;
  }

  #keep(path: string, etag: string, data: unknown): void {
    this.#kept.delete(path);
    this.#kept.set(path, { etag, data });
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > KEPT && !oldest.done) this.#kept.delete(oldest.value);
  }
}

async function body(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new ApiError("other", response.status, "", "");
  }
}

const KINDS: Readonly<Record<number, Kind>> = {
  401: "login",
  403: "role",
  404: "not_found",
  409: "conflict",
  412: "conflict",
  413: "invalid",
  422: "invalid",
  429: "busy",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

/** What a problem (RFC 9457) means here. */
export function errorOf(
  status: number,
  problem: Record<string, unknown>,
  retryAfter: string | null,
): ApiError {
  const type = typeof problem.type === "string" ? problem.type : "";
  const code = typeof problem.code === "string" ? problem.code : (/([\w.-]+)$/.exec(type)?.[1] ?? "");
  const seconds = Number(retryAfter);
  return new ApiError(
    KINDS[status] ?? "other",
    status,
    code,
    typeof problem.detail === "string" ? problem.detail : "",
    Array.isArray(problem.errors) ? (problem.errors as FieldError[]) : [],
    retryAfter !== null && seconds > 0 ? seconds * 1000 : null,
    problem,
  );
}

/** Whether a call ended because the view was left. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export const api = new Api({ fetch: (url, init) => fetch(url, init) });
