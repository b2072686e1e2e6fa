import type { Clock } from '../authoring/context.ts'
import type { HttpRequest } from './http.ts'
import { answerBody, requestShown, type Shown } from './recorder-body.ts'
import { createMasker, type Masker } from './recorder-mask.ts'

const MOST_ENTRIES = 200
const MOST_TEXT = 1024 * 1024

/** An HTTP exchange being recorded. */
export interface WatchedExchange {
  answered(status: number, headers: Readonly<Record<string, string | undefined>>): void
  chunk(bytes: Uint8Array): void
  /** The body was read to its end. */
  ended(): void
  failed(reason: string): void
}

export interface WatchedRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: HttpRequest['body']
}

/** What one call said and heard, kept in memory until it ends, then told masked. */
export interface Recording {
  /** A secret of the instance. */
  know(secret: string | Uint8Array): void
  http(request: WatchedRequest): WatchedExchange
  /** A line for the protocols other than HTTP. */
  line(text: string): void
  /** The whole, masked. */
  text(heading: readonly string[], ending: string): string
}

const headersShown = (headers: Readonly<Record<string, string | undefined>>, masker: Masker): string =>
  Object.entries(headers)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${addressesShown(masker.header(name, value), name, masker)}`],
    )
    .join('\n')

/** `Location` and the like hold an address, which may hold a token. */
const addressesShown = (value: string, name: string, masker: Masker): string =>
  /location|referer|origin/iu.test(name) && URL.canParse(value) ? urlShown(new URL(value), masker) : masker.named(value)

const urlShown = (url: URL, masker: Masker): string => {
  masker.know(url.password)
  const query = [...url.searchParams].map(([name, value]) => `${name}=${masker.parameter(name, value)}`).join('&')
  return `${url.protocol}//${url.host}${url.pathname}${query && `?${query}`}`
}

const below = ({ text, cut }: Shown): Shown => ({ text: text === '' ? '' : `\n\n${text}`, cut })

type Block = (masker: Masker) => readonly Shown[]

/** Control characters would break the table and the terminal of whoever reads. */
const printable = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, character => ('\n\r\t'.includes(character) ? character : '·'))

const RULE = '─'.repeat(60)

export const createRecording = (clock: Clock): Recording => {
  const masker = createMasker()
  const blocks: Block[] = []
  let forgotten = 0
  let closed = false

  const at = () => clock.now().toISOString().slice(11, 23)
  const add = (block: Block): boolean => {
    if (closed) return false
    if (blocks.length >= MOST_ENTRIES) {
      forgotten += 1
      return false
    }
    blocks.push(block)
    return true
  }
  const plain = (text: string): Shown => ({ text, cut: false })

  return {
    know: secret => masker.know(secret),

    http({ method, url, headers, body }) {
      const sentAt = at()
      const answer = answerBody()
      let answered: { at: string; status: number; headers: Readonly<Record<string, string | undefined>> } | undefined
      let failure: string | undefined
      const kept = add(masks => {
        const request = [
          plain(`${RULE}\n${sentAt} → ${method} ${urlShown(url, masks)}\n${headersShown(headers, masks)}`),
          below(requestShown(body, masks)),
        ]
        const received = answered
          ? [
              plain(`\n\n${answered.at} ← ${answered.status}\n${headersShown(answered.headers, masks)}`),
              below(answer.shown(answered.headers['content-type'] ?? '', masks)),
            ]
          : []
        return [...request, ...received, ...(failure === undefined ? [] : [plain(`\n\n✗ ${failure}`)])]
      })
      // Beyond the limit nothing more is held in memory.
      return {
        answered(status, answerHeaders) {
          answered = { at: at(), status, headers: answerHeaders }
        },
        chunk(bytes) {
          if (kept && !closed) answer.chunk(bytes)
        },
        ended: () => answer.ended(),
        failed(reason) {
          failure = reason
        },
      }
    },

    line(text) {
      const line = `${RULE}\n${at()} ${text}`
      add(masks => [plain(masks.named(line))])
    },

    text(heading, ending) {
      closed = true
      const told = blocks.map(block => block(masker))
      const body = told.map(parts =>
        parts
          .map(
            ({ text, cut }) =>
              masker.known(text, cut ? 'cut' : 'whole') + (cut ? '\n[la suite n’est pas enregistrée]' : ''),
          )
          .join(''),
      )
      const all = body.length > 0 ? body : [`${RULE}\nAucun échange avec un service distant pendant cet appel.`]
      const more = forgotten > 0 ? [`${RULE}\n${forgotten} échange(s) de plus n’ont pas été gardés.`] : []
      const text = [...heading, '', ...all, ...more, RULE, masker.known(masker.named(ending), 'whole')].join('\n')
      const short =
        text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}\n[enregistrement trop long : coupé ici]` : text
      return `${printable(short)}\n`
    },
  }
}
