import { create } from 'xmlbuilder2'

/** An element as xmlbuilder2 takes it: attributes under `@name`, text under `#`. */
export type Node = Readonly<Record<string, unknown>>

/** XML 1.0 has no way to write most control characters, not even escaped. */
export const writable = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/gu, '')

/** An element left out when it has nothing to say. */
export const text = (name: string, value: string): Node =>
  value.trim() === '' ? {} : { [name]: writable(value.trim()) }

/** The whole slip. */
export const written = (version: '1.0' | '2.1' | '2.2', transfer: Node): string => {
  const root = { '@xmlns': `fr:gouv:culture:archivesdefrance:seda:v${version}`, ...transfer }
  return `${create({ version: '1.0', encoding: 'UTF-8' }, { ArchiveTransfer: root }).end({ prettyPrint: true })}\n`
}
