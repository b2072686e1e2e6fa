import { fileTypeFromBuffer } from 'file-type'
import { splitName } from './names.ts'

/** Bytes read at the head of a content to recognise it: enough for the entries of an Office document. */
export const HEAD_SIZE = 64 * 1024

const OPEN_XML: readonly (readonly [string, string])[] = [
  ['word/', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xl/', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['ppt/', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
]

/** Old Office formats share one container: there, and there only, the extension is believed. */
const COMPOUND: Readonly<Record<string, string>> = {
  '.doc': 'application/msword',
  '.xls': 'application/vnd.ms-excel',
  '.ppt': 'application/vnd.ms-powerpoint',
  '.msg': 'application/vnd.ms-outlook',
}

/** DER of the object identifier 1.2.840.113549.1.7.2 (PKCS#7 signedData). */
const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex')

/**
 * The media type of a content, from its first bytes and never from its name, except between formats that share a container.
 * @param head the first HEAD_SIZE bytes, or all of them
 */
export const recognise = async (head: Buffer, name: string): Promise<string> => {
  if (head.length === 0) return 'application/x-empty'
  const { extension } = splitName(name.toLowerCase())
  const found = await byMagic(head)
  if (found === 'application/x-cfb') return COMPOUND[extension] ?? found
  if (found === 'application/zip') return officeIn(head) ?? found
  if (found !== undefined && found !== 'application/xml') return found
  if (head[0] === 0x30 && head.subarray(0, 64).includes(SIGNED_DATA)) return 'application/pkcs7-signature'
  return textual(head, extension) ?? 'application/octet-stream'
}

const byMagic = async (head: Buffer): Promise<string | undefined> => {
  try {
    return (await fileTypeFromBuffer(head))?.mime
  } catch (error) {
    // The library follows lengths written in the content: a truncated or lying one makes it read past the end.
    if (error instanceof Error && error.name === 'EndOfStreamError') return undefined
    throw error
  }
}

/** Open XML documents whose first entry is not the one the library looks for (LibreOffice, some generators). */
const officeIn = (head: Buffer): string | undefined => {
  if (!head.includes('[Content_Types].xml')) return undefined
  return OPEN_XML.find(([folder]) => head.includes(folder))?.[1]
}

const textual = (head: Buffer, extension: string): string | undefined => {
  const text = decode(head)
  if (text === undefined) return undefined
  const start = text.trimStart().slice(0, 500)
  if (/^<!doctype html|^<html[\s>]/iu.test(start)) return 'text/html'
  if (/^<(?:\?xml|!--|!DOCTYPE|[A-Za-z_])/u.test(start)) return 'application/xml'
  if (isJson(text, head.length < HEAD_SIZE)) return 'application/json'
  if (/^-----BEGIN (?:PKCS7|CMS)-----/u.test(start)) return 'application/pkcs7-signature'
  if (/^-----BEGIN (?:TRUSTED )?CERTIFICATE-----/u.test(start)) return 'application/x-pem-file'
  return extension === '.csv' || looksTabular(text) ? 'text/csv' : 'text/plain'
}

/** UTF-8, UTF-16 with its mark, or Latin-1; `undefined` when it is not text at all. */
const decode = (head: Buffer): string | undefined => {
  if (head[0] === 0xff && head[1] === 0xfe) return head.toString('utf16le').slice(1)
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let text: string
  try {
    // `stream`: the head may stop in the middle of a character.
    text = utf8.decode(head, { stream: true })
  } catch {
    text = head.toString('latin1')
  }
  return /[\u0000-\u0008\u000E-\u001A\u001C-\u001F\u007F-\u0084\u0086-\u008F]/u.test(text) ? undefined : text
}

const isJson = (text: string, complete: boolean): boolean => {
  const trimmed = text.trim()
  if (!/^[[{]/u.test(trimmed)) return false
  if (!complete) return /^(?:\[|\{\s*")/u.test(trimmed)
  try {
    JSON.parse(trimmed)
    return true
  } catch {
    return false
  }
}

/** At least two lines, cut into the same number (two or more) of cells by one separator. */
const looksTabular = (text: string): boolean => {
  const lines = text.split(/\r?\n/u).slice(0, 6)
  // The last line may be cut short, or be the nothing after a final line break.
  const whole = lines.slice(0, -1).filter(Boolean)
  if (whole.length < 2) return false
  return [';', ',', '\t'].some(separator => {
    const cells = whole.map(line => line.replace(/"(?:[^"]|"")*"/gu, '').split(separator).length)
    return cells[0] !== undefined && cells[0] >= 2 && cells.every(count => count === cells[0])
  })
}
