import type { Readable } from 'node:stream'
import type { Files } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'

/** One part of a multipart body. `file` parts are streamed from the store. */
export type Part =
  | { readonly name: string; readonly value: string | Uint8Array; readonly type?: string; readonly filename?: string }
  | {
      readonly name: string
      readonly file: FileRef
      readonly filename?: string
      readonly type?: string
      /** Only these bytes of the file, both ends included: a large file sent in pieces. */
      readonly range?: { readonly start: number; readonly end: number }
    }

/** A stretch of a streamed body: text, bytes, or a file of the store, as it is or in base64. */
export type Piece = string | Uint8Array | { readonly file: FileRef; readonly encoding?: 'base64' }

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS' | 'PROPFIND' | 'MKCOL' | 'MOVE'
  /** Path below the base URL, query string included. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?:
    | { readonly json: unknown }
    | { readonly form: Readonly<Record<string, string>> }
    | {
        readonly parts: readonly Part[]
        /** Encoding of the text parts; S²LOW wants `latin1`. */ readonly charset?: 'utf8' | 'latin1'
      }
    | { readonly raw: string | Uint8Array; readonly type: string }
    | { readonly file: FileRef; readonly type?: string }
    /** A content that is read only once; without a `size` it is sent in chunks, which some servers refuse. */
    | { readonly stream: Readable; readonly size: number | undefined; readonly type?: string }
    /** Pieces sent end to end, streamed (SOAP envelopes, multipart/related). Texts are in UTF-8. */
    | { readonly pieces: readonly Piece[]; readonly type: string }
  /** Milliseconds without any byte before giving up: 60 s unless told. */
  readonly timeout?: number
  /** Largest answer read in memory: 10 MB unless told. `saveTo` has no such limit. */
  readonly maxBytes?: number
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Declared charset, else UTF-8; `charset` overrides (S²LOW answers in `latin1` without saying so). */
  text(charset?: string): Promise<string>
  /** @throws TemporaryError when the body is not JSON (an HTML page of a proxy, most often). */
  json<T>(): Promise<T>
  bytes(): Promise<Uint8Array>
  stream(): Readable
  /** Streams the body into the file store. */
  saveTo(files: Files, name: string): Promise<FileRef>
}

export interface HttpOptions {
  /** Everything below is relative to it: `https://host[:port][/path]`. */
  readonly baseUrl: string
  readonly tls?: {
    /** PKCS#12 client certificate. */
    readonly pfx?: Uint8Array | undefined
    readonly passphrase?: string | undefined
    /** Additional authorities, PEM. The system's stay valid. */
    readonly ca?: Uint8Array | undefined
  }
  readonly basic?: { readonly user: string; readonly password: string } | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** A client bound to one remote. Redirects are never followed: they are answers. */
export interface HttpClient {
  /**
   * @returns whatever the remote answered, 4xx and 5xx included: what they mean is the connector's business.
   * @throws TemporaryError on network failure or time-out (`maybeSent` when a body may have been received),
   *   ConfigurationError on TLS refusal, bad certificate or forbidden address.
   */
  request(request: HttpRequest): Promise<HttpResponse>
}

/** The one door to the network for the connectors that speak HTTP. */
export interface Http {
  client(options: HttpOptions): HttpClient
}
