import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { ParseOption, XmlDocument, XmlElement, XmlLibError, XsdValidator, xmlRegisterInputProvider } from 'libxml2-wasm'
import type { XsdAnswer, XsdRequest } from './xsd.ts'

/** Nothing is fetched, no entity is resolved, whatever the document asks for. */
const SAFE: ParseOption = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET

const W3C = /^https?:\/\/www\.w3\.org\//u

/** Folder of the schemas of the request in hand; a worker takes one at a time. */
let root = ''

/**
 * Where a schema imports from: the W3C's own schemas stand in `w3c/`, under the path of their address; anything else must be in the
 * folder. `undefined` refuses it.
 */
const pathOf = (name: string): string | undefined => {
  const path = W3C.test(name) ? join(root, 'w3c', name.replace(W3C, '')) : resolve(root, name)
  return relative(root, path).startsWith('..') ? undefined : path
}

/**
 * The schema as XSD 1.0 wants it. The published SEDA 2.x are written for XSD 1.1, where an element that is declared wins over « any element »;
 * 1.0 calls that ambiguous and refuses the schema. Reading « any » as « any of another namespace » lifts the ambiguity, and only refuses more:
 * extensions put into the namespace of the standard itself.
 */
const unambiguous = (content: Uint8Array): Uint8Array => {
  const document = XmlDocument.fromBuffer(content, { option: SAFE })
  try {
    const wildcards = document.find('//xs:any[not(@namespace) or @namespace="##any"]', {
      xs: 'http://www.w3.org/2001/XMLSchema',
    })
    for (const each of wildcards) {
      if (!(each instanceof XmlElement)) continue
      // The library would write a second attribute beside the first when the schema language is the default namespace.
      each.attr('namespace')?.remove()
      each.setAttr('namespace', '##other')
    }
    return Buffer.from(document.toString({ format: false }))
  } finally {
    document.dispose()
  }
}

/** Schemas being read by the library, by descriptor. */
const opened = new Map<number, { readonly content: Uint8Array; position: number }>()
let nextDescriptor = 1

xmlRegisterInputProvider({
  match: name => pathOf(name) !== undefined,
  open: name => {
    const path = pathOf(name)
    // The library then says itself which schema it could not load.
    if (path === undefined || !existsSync(path)) return undefined
    opened.set(nextDescriptor, { content: unambiguous(readFileSync(path)), position: 0 })
    return nextDescriptor++
  },
  read: (descriptor, buffer) => {
    const file = opened.get(descriptor)
    if (!file) return -1
    const part = file.content.subarray(file.position, file.position + buffer.byteLength)
    buffer.set(part)
    file.position += part.length
    return part.length
  },
  close: descriptor => opened.delete(descriptor),
})

/** Compiled schemas, by path: compiling one costs more than all the validations of a day. */
const compiled = new Map<string, XsdValidator>()

const validatorOf = (path: string): XsdValidator => {
  const known = compiled.get(path)
  if (known) return known
  const schema = XmlDocument.fromBuffer(unambiguous(readFileSync(path)), { url: path, option: SAFE })
  try {
    const validator = XsdValidator.fromDoc(schema)
    compiled.set(path, validator)
    return validator
  } finally {
    schema.dispose()
  }
}

const detailsOf = (error: XmlLibError): XsdAnswer['faults'] =>
  error.details.map(({ message, line }) => ({ message: message.trim(), line }))

const validate = ({ folder, schema, document }: Omit<XsdRequest, 'id'>): Omit<XsdAnswer, 'id'> => {
  root = resolve(folder)
  let validator: XsdValidator
  try {
    validator = validatorOf(resolve(root, schema))
  } catch (error) {
    return { faults: [], schemaError: error instanceof Error ? error.message : String(error) }
  }
  let parsed: XmlDocument | undefined
  try {
    parsed = XmlDocument.fromBuffer(document, { option: SAFE })
    // No document type of ours has one: it only serves attacks, and the validator stumbles over the entities it declares.
    if (parsed.dtd) return { faults: [{ message: 'DOCTYPE is not allowed.' }] }
    validator.validate(parsed)
    return { faults: [] }
  } catch (error) {
    if (error instanceof XmlLibError) return { faults: detailsOf(error) }
    // A document that makes the validator fail is not valid, and must not take the thread down with those of others.
    return { faults: [{ message: error instanceof Error ? error.message : String(error) }] }
  } finally {
    parsed?.dispose()
  }
}

parentPort?.on('message', ({ id, ...request }: XsdRequest) => {
  const answer: XsdAnswer = { id, ...validate(request) }
  parentPort?.postMessage(answer)
})
