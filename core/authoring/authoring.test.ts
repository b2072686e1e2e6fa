import { expect, test } from 'vitest'
import { defineConnector } from './connectors.ts'
import { allOf, filled, holds, is, not } from './conditions.ts'
import { milliseconds, pauseAfter } from './durations.ts'
import { choice, date, file, files, flag, pieceTypes, remoteChoice, secret, text, url } from './fields.ts'
import { defineFlow } from './flows.ts'
import { defineStep, firstOf, wait } from './steps.ts'

const sign = defineStep({
  id: 'sign',
  label: 'Signature',
  needs: 'signature',
  inputs: {
    title: text('Titre', { required: true }),
    document: file('Document', { required: true }),
    annexes: files('Annexes'),
  },
  fields: {
    circuit: remoteChoice('Circuit', 'circuits', { required: true }),
    urgent: flag('Urgent'),
    folderId: text('Dossier', { computed: true }),
    signed: file('Document signé', { computed: true }),
  },
  initial: 'toSend',
  states: {
    toSend: { label: 'À envoyer' },
    sent: { label: 'Envoyé', editable: ['circuit'] },
    signed: { label: 'Signé', ends: 'next' },
    refused: { label: 'Refusé', ends: 'stop' },
  },
  tasks: {
    send: {
      label: 'Envoyer',
      from: 'toSend',
      to: 'sent',
      async run({ inputs, data, connector, key }, goto) {
        const title: string = inputs.title
        const urgent: boolean = data.urgent
        // @ts-expect-error 1. an optional input may be missing
        const count: number = inputs.annexes.length
        // @ts-expect-error 2. `signed` is not in `to`
        goto('signed')
        // @ts-expect-error 3. `folder` is not a field of the step
        goto('sent', { folder: 'x' })
        // @ts-expect-error 4. a text field does not hold a number
        goto('sent', { folderId: 4 })
        // @ts-expect-error 5. this family has no such method
        await connector.deposit()
        const sent = await connector.send({
          key,
          title,
          circuit: data.circuit.value,
          document: inputs.document,
          annexes: [],
        })
        // @ts-expect-error 6. a refusal has no identifier: both answers must be handled
        const id: string = sent.id
        return sent.is === 'sent' && urgent ? goto('sent', { folderId: sent.id }) : wait(`${count} ${id}`)
      },
    },
    check: {
      label: 'Vérifier',
      from: ['sent'],
      to: ['signed', 'refused'],
      every: '15 min',
      async run({ connector, data }, goto) {
        const status = await connector.status(data.folderId ?? '')
        if (status.is === 'pending') return wait(status.message)
        return status.is === 'signed' ? goto('signed', { signed: status.document }) : goto('refused', {}, status.reason)
      },
    },
  },
})

const refusedByTheCompiler = () => {
  defineStep({
    id: 'x',
    label: 'X',
    needs: 'ged',
    inputs: {},
    fields: {
      // @ts-expect-error 7. deposits have no circuits
      circuit: remoteChoice('Circuit', 'circuits'),
    },
    // @ts-expect-error 8. the initial state must exist
    initial: 'nowhere',
    states: { a: { label: 'A' }, b: { label: 'B', ends: 'next' } },
    tasks: {
      // @ts-expect-error 9. a task starts from a state of its step
      go: { label: 'G', from: 'nowhere', to: 'b', run: async (_context, goto) => goto('b') },
      // @ts-expect-error 10. a task leads to a state of its step
      fly: { label: 'F', from: 'a', to: 'nowhere', run: async () => wait('…') },
    },
  })
  defineFlow({
    id: 'f',
    version: 1,
    label: 'F',
    family: 'Essais',
    fields: { objet: text('Objet'), acte: file('Acte'), envoi: flag('Envoi') },
    steps({ objet, acte, envoi }) {
      return [
        // @ts-expect-error 11. a file input cannot be bound to a text field
        sign({ title: objet, document: objet }),
        // @ts-expect-error 12. a required input must be bound
        sign({ title: objet }),
        // @ts-expect-error 13. an input that does not exist
        sign({ title: objet, document: acte, colour: objet }),
        // @ts-expect-error 14. a condition is a box to tick, not a text
        sign({ title: objet, document: acte }).when(objet),
        // @ts-expect-error 15. files of different kinds are not interchangeable
        sign({ title: objet, document: firstOf(acte, objet) }).when(envoi),
        // @ts-expect-error 16. a field the step does not have
        sign({ title: objet, document: sign({ title: objet, document: acte }).fields.original }),
      ]
    },
  })
  defineConnector({
    id: 'c',
    version: 1,
    label: 'C',
    provides: ['sae'],
    config: { url: url('Adresse', { required: true }), password: secret('Mot de passe') },
    // @ts-expect-error 18. a connector of archives that cannot archive
    connect({ config }) {
      const address: string = config.url
      // @ts-expect-error 17. a setting that may be missing
      const password: string = config.password
      return { check: async () => `${address} ${password}` }
    },
  })
  // @ts-expect-error 19. a pattern comes with the sentence that explains it
  text('Numéro', { pattern: { regex: '^A$' } })
  // @ts-expect-error 20. the typed pieces must be named
  pieceTypes('Types', 'typologies', {})
  // @ts-expect-error 21. a choice has codes and labels
  choice('Nature', ['1', '2'])
}

test('a flow is plain data: it survives JSON', () => {
  const flow = defineFlow({
    id: 'acte',
    version: 1,
    label: 'Acte',
    family: 'Actes',
    fields: {
      objet: text('Objet', { required: true, title: true }),
      acte: file('Acte', { required: true }),
      jour: date('Jour'),
      visa: flag('Visa'),
    },
    steps({ objet, acte, visa }) {
      const first = sign({ title: objet, document: acte }).as('visa').when(visa)
      return [first, sign({ title: objet, document: firstOf(first.fields.signed, acte) }).thenWait()]
    },
  })
  expect(JSON.parse(JSON.stringify(flow.stored))).toEqual(flow.stored)
  expect(flow.stored.steps).toEqual([
    { step: 'sign', alias: 'visa', bindings: { title: 'objet', document: 'acte' }, when: { field: 'visa', is: true } },
    {
      step: 'sign',
      alias: 'sign',
      bindings: { title: 'objet', document: { firstOf: ['visa.signed', 'acte'] } },
      manual: true,
    },
  ])
  expect(refusedByTheCompiler).toBeTypeOf('function')
})

test('a box that was never touched counts as not ticked', () => {
  const box = { ref: 'envoi' } as const
  expect(holds(is<boolean>(box, false), {})).toBe(true)
  expect(holds(is<boolean>(box, true), {})).toBe(false)
  expect(holds(allOf(not(filled({ ref: 'a' })), filled({ ref: 'b' })), { a: '', b: [1] })).toBe(true)
})

test('durations are read as people write them, and refused with an example', () => {
  expect(milliseconds('15 min')).toBe(900_000)
  expect(milliseconds('30 j')).toBe(milliseconds('30 d'))
  expect(() => milliseconds('bientôt')).toThrow("« bientôt » n'est pas une durée")
})

test('a polling schedule is consumed line by line and its last line lasts for ever', () => {
  const schedule = '30 s x 2, 5 min x 1, 1 h'
  expect([0, 1, 2, 3, 50].map(done => pauseAfter(schedule, done))).toEqual([
    30_000, 30_000, 300_000, 3_600_000, 3_600_000,
  ])
  expect(pauseAfter('10 s x 1', 9)).toBe(10_000)
})
