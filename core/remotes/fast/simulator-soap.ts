import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { outgoingBody } from '../../connectors/http-client-body.ts'
import type { Files } from '../../authoring/context.ts'
import type { SimRequest } from '../../testing/sim-request.ts'
import type { SimResponse } from '../../testing/sim-server.ts'
import { soapBody, xmlText, type SoapPart } from '../soap/envelope.ts'
import { readSoap, type SoapMessage } from '../soap/read.ts'
import { SoapUnreadable } from '../soap/unreadable.ts'

/** What an operation answers: the inside of its response, or the text of a fault. */
export type SimAnswer = readonly SoapPart[] | { readonly fault: string }
export type SimOperation = (message: SoapMessage) => SimAnswer | Promise<SimAnswer>

interface SimService {
  readonly namespace: string
  readonly operations: Readonly<Record<string, SimOperation>>
}

const BINARIES = new Set(['dataHandler'])

export const simElement = (name: string, value: string): string => `<${name}>${xmlText(value)}</${name}>`

/** The description, as far as the connectors read it. */
const wsdlOf = ({ namespace, operations }: SimService, location: string): string => {
  const names = Object.keys(operations)
  const lines = names.map(name => `<wsdl:operation name="${name}"/>`).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" targetNamespace="${namespace}">
<wsdl:portType name="Service">${lines}</wsdl:portType>
<wsdl:service name="Service"><wsdl:port name="Port"><soap:address location="${location}"/></wsdl:port></wsdl:service>
</wsdl:definitions>`
}

const FAULT = (code: string, reason: string): string =>
  `<f:Fault xmlns:f="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>f:${code}</faultcode>${simElement('faultstring', reason)}</f:Fault>`

/** The SOAP side of the simulators of FAST: several services, each at its path, requests of any size read from disk. */
export const simSoap = (files: Files, services: Readonly<Record<string, SimService>>) => {
  const messages = new WeakMap<SimRequest, SoapMessage>()
  const planned: { readonly operation: string; readonly reason: string; readonly when: 'before' | 'after' }[] = []

  const written = (parts: readonly SoapPart[], { status, mtom }: { status: number; mtom: boolean }): SimResponse => {
    const body = outgoingBody(soapBody(parts, mtom ? 'mtom' : 'inline'), files)
    const content = body?.content
    return {
      status,
      headers: { 'content-type': body?.type ?? '' },
      body: content instanceof Readable ? content : Readable.from([Buffer.from(content ?? '')]),
    }
  }
  const faulty = (code: string, reason: string) => written([FAULT(code, reason)], { status: 500, mtom: false })

  return {
    /** What the faults call a request: SOAP ones all go to the same address, the operation tells them apart. */
    async named(request: SimRequest): Promise<string> {
      const { bodyFile } = request
      const line = `${request.method} ${request.path}`
      if (request.method !== 'POST' || !bodyFile || !services[request.path]) return line
      const content = { headers: request.headers, stream: () => createReadStream(bodyFile.path) }
      const message = await readSoap(content, { files, binaries: BINARIES }).catch((error: unknown) => {
        if (error instanceof SoapUnreadable) return undefined
        throw error
      })
      if (!message) return line
      messages.set(request, message)
      return `${line} ${message.body.name}`
    },

    /** `undefined` when no service lives at this path. */
    async answer(request: SimRequest, url: string): Promise<SimResponse | undefined> {
      const service = services[request.path]
      if (!service) return undefined
      if (request.method === 'GET')
        return { headers: { 'content-type': 'text/xml' }, body: wsdlOf(service, `${url}${request.path}`) }
      const message = messages.get(request)
      const operation = message && service.operations[message.body.name]
      if (!operation || message.body.namespace !== service.namespace)
        return faulty('Client', `Message part ${message?.body.name ?? ''} was not recognized.`)
      const name = message.body.name
      const rank = planned.findIndex(each => each.operation === name)
      const [fault] = rank === -1 ? [] : planned.splice(rank, 1)
      if (fault?.when === 'before') return faulty('Server', fault.reason)
      const answered = await operation(message)
      if (fault) return faulty('Server', fault.reason)
      if (!Array.isArray(answered)) return faulty('Server', 'fault' in answered ? answered.fault : '')
      const parts = answered as readonly SoapPart[]
      return written([`<ns:${name}Response xmlns:ns="${service.namespace}">`, ...parts, `</ns:${name}Response>`], {
        status: 200,
        mtom: request.headers['content-type']?.startsWith('multipart/related') ?? false,
      })
    },

    /** The next request of this operation ends in a fault of the server: before anything is done, or once it is. */
    fault: (operation: string, reason: string, when: 'before' | 'after' = 'before'): void =>
      void planned.push({ operation, reason, when }),
  }
}
