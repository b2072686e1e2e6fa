import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Property } from './properties.ts'

export type FormFields = readonly (readonly [name: string, value: string])[]

/** `propertyId[0]`, `propertyValue[0]`…, as forms of the browser binding carry properties (CMIS 1.1 §5.4.4.3). */
export const propertyFields = (properties: readonly Property[]): FormFields =>
  properties.flatMap(({ id, value }, index): FormFields => {
    const values: FormFields =
      typeof value === 'string'
        ? [[`propertyValue[${index}]`, value]]
        : value.map((each, rank) => [`propertyValue[${index}][${rank}]`, each])
    return [[`propertyId[${index}]`, id], ...values]
  })

export interface ContentPart {
  readonly filename: string
  readonly type: string
  readonly content: Readable
  /** Bytes; unknown for a zip made on the way. */
  readonly size: number | undefined
}

/** As browsers write them: a quote or a line end must not end the header. */
const parameter = (value: string): string =>
  value.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

/** A form whose last part is a content read only once: the hub's own forms only carry files of the store. */
export const streamedForm = (
  fields: FormFields,
  part: ContentPart,
): { readonly stream: Readable; readonly size: number | undefined; readonly type: string } => {
  const boundary = `passeur-${randomUUID()}`
  const head = Buffer.from(
    [
      ...fields.flatMap(([name, value]) => [
        `--${boundary}`,
        `Content-Disposition: form-data; name="${parameter(name)}"`,
        'Content-Type: text/plain; charset=utf-8',
        '',
        value,
      ]),
      `--${boundary}`,
      `Content-Disposition: form-data; name="content"; filename="${parameter(part.filename)}"`,
      `Content-Type: ${part.type}`,
      '',
      '',
    ].join('\r\n'),
  )
  const end = Buffer.from(`\r\n--${boundary}--\r\n`)
  const read = async function* () {
    yield head
    yield* part.content as AsyncIterable<Uint8Array>
    yield end
  }
  return {
    stream: Readable.from(read(), { objectMode: false }),
    size: part.size === undefined ? undefined : head.length + part.size + end.length,
    type: `multipart/form-data; boundary=${boundary}`,
  }
}
