import { SaxesParser } from 'saxes'

/** What a pivot says, in its order. `content` is base64 text of a piece, in as many parts as it takes. */
export type PivotEvent =
  | { readonly is: 'unit' }
  /** `path` is below the unit; an attribute is written `Fournisseur/ReferenceBancaire@Type`. */
  | { readonly is: 'value'; readonly path: string; readonly value: string }
  | { readonly is: 'pieceBegins' }
  | { readonly is: 'content'; readonly text: string }
  | { readonly is: 'pieceEnds' }

const UNIT = 'CPPFacturePivotUnitaire'
const PIECE = 'PJ'
const CONTENT = 'Contenu'
/** Line ends that some writers spell as references; base64 has no other use for one. */
const LINE_ENDS = /&#(?:x0*[9adAD]|0*(?:9|10|13));/gu
const LONGEST_REFERENCE = 10

/** Reads a pivot text after text. */
export interface PivotReader {
  /** @throws Error when it is not well formed, or is no pivot */
  write(text: string): readonly PivotEvent[]
  /** @throws Error when it was cut */
  close(): readonly PivotEvent[]
}

/**
 * A parser keeps the text of an element until its end: an invoice with 100 MB of attachments would be in memory whole. Here it sees
 * everything but the content of the pieces: once it has said that one begins, characters go straight out up to the next `<`, where it
 * takes over again. Structure remains its sole business; it resolves no external entity.
 */
export const pivotReader = (): PivotReader => {
  let events: PivotEvent[] = []
  let unit = -1
  /** Names of the open elements. */
  const path: string[] = []
  let [text, held] = ['', '']
  const parser = new SaxesParser({ xmlns: true })
  const below = () => path.slice(unit + 1).join('/')
  const inContent = () => unit >= 0 && path.at(-1) === CONTENT && path.at(-2) === PIECE

  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', tag => {
    path.push(tag.local)
    text = ''
    if (tag.local === UNIT) {
      unit = path.length - 1
      events.push({ is: 'unit' })
    }
    if (unit < 0) return
    if (tag.local === PIECE) events.push({ is: 'pieceBegins' })
    for (const { local, value } of Object.values(tag.attributes))
      if (tag.local !== UNIT) events.push({ is: 'value', path: `${below()}@${local}`, value })
  })
  const append = (more: string) => {
    if (inContent()) events.push({ is: 'content', text: more })
    else text += more
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', tag => {
    if (unit >= 0 && text.trim() !== '') events.push({ is: 'value', path: below(), value: text.trim() })
    if (unit >= 0 && tag.local === PIECE) events.push({ is: 'pieceEnds' })
    if (path.length - 1 === unit) unit = -1
    path.pop()
    text = ''
  })

  /** Content of a piece: everything up to the next tag. @returns where the parser takes over */
  const takeContent = (input: string, from: number): number => {
    const found = input.indexOf('<', from)
    let until = found < 0 ? input.length : found
    // A reference cut between two writes waits for its end.
    const reference = found < 0 ? input.lastIndexOf('&') : -1
    if (reference >= from && reference > input.length - LONGEST_REFERENCE && !input.includes(';', reference))
      until = reference
    if (until > from) events.push({ is: 'content', text: input.slice(from, until).replace(LINE_ENDS, '') })
    held = found < 0 ? input.slice(until) : ''
    return found < 0 ? input.length : found
  }

  return {
    write(more) {
      events = []
      const input = held + more
      held = ''
      for (let position = 0; position < input.length;) {
        if (inContent() && input[position] !== '<') position = takeContent(input, position)
        else {
          // Tag by tag, so that the beginning of a content is known before its first character.
          const tag = input.indexOf('>', position)
          const next = tag < 0 ? input.length : tag + 1
          parser.write(input.slice(position, next))
          position = next
        }
      }
      return events
    },
    close() {
      events = []
      parser.close()
      return events
    },
  }
}
