import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerWithFile } from './answer-file.ts'
import { instantOf } from './dates.ts'
import { refusalIn } from './failures.ts'
import { windowOf } from './window.ts'

const chunks = async function* (bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

const read = async (json: string, size = 1_000) => {
  const answer = answerWithFile(chunks(Buffer.from(json), size), 'fichierResultat')
  return { content: await text(answer.content), rest: answer.rest() }
}

describe('réponse qui porte un fichier', () => {
  test('le fichier sort décodé, le reste se lit, où que la réponse soit coupée', () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (file, size, first) => {
          const encoded = JSON.stringify(Buffer.from(file).toString('base64')).replaceAll('/', '\\/')
          const others =
            '"libelle":"un \\"fichierResultat\\": faux","détail":{"fichierResultat":"QUJD"},"liste":["fichierResultat"],"codeRetour":0'
          const json = first ? `{"fichierResultat" : ${encoded},${others}}` : `{${others},"fichierResultat":${encoded}}`
          const { content, rest } = await read(json, size)
          expect(content).toBe(Buffer.from(file).toString())
          expect(rest).toMatchObject({ codeRetour: 0, fichierResultat: '', détail: { fichierResultat: 'QUJD' } })
        },
      ),
      { numRuns: 60 },
    ))

  test('les fins de ligne échappées sont admises', async () => {
    expect((await read('{"fichierResultat":"QU\\r\\nJD\\u0052A=="}', 3)).content).toBe('ABCD')
  })

  test.each([
    ['tronquée dans le fichier', '{"fichierResultat":"QUJD'],
    ['tronquée après le fichier', '{"fichierResultat":"QUJD"'],
    ['au base64 abîmé', '{"fichierResultat":"QU@D"}'],
    ['au base64 incomplet', '{"fichierResultat":"QUJDR"}'],
    ['en HTML', '<html><body>Maintenance</body></html>'],
    ['démesurée sans fichier', `{"autre":"${'x'.repeat(2 * 1024 * 1024)}"}`],
  ])('une réponse %s est une panne passagère, jamais un fichier', async (_what, json) => {
    await expect(read(json, 65_536)).rejects.toMatchObject({ name: 'TemporaryError' })
  })

  test('un refus sans fichier se lit', async () => {
    const { content, rest } = await read('{"codeRetour":20001,"libelle":"inconnue","fichierResultat":null}')
    expect(content).toBe('')
    expect(refusalIn(rest)).toEqual({ is: 'refused', code: 20001, reason: 'inconnue, code 20001' })
  })
})

describe('refus', () => {
  test('codeRetour 0 ou absent est un succès ; le reste, ancienne forme comprise, est un refus avec sa phrase', () => {
    expect(refusalIn({ codeRetour: 0, libelle: 'TRA_MSG_00.000' })).toBeUndefined()
    expect(refusalIn({ codeRetour: '0' })).toBeUndefined()
    expect(refusalIn({ listeFactures: [] })).toBeUndefined()
    expect(refusalIn({ codeRetour: 'GCU' })).toMatchObject({ is: 'refused', reason: 'code GCU' })
    expect(
      refusalIn({
        retourFonctionnel: { codeRetourFonctionnel: 'GDP_MSG_11.008', libelleRetour: 'Facture  inconnue.' },
      }),
    ).toEqual({ is: 'refused', code: 0, reason: 'Facture inconnue, code GDP_MSG_11.008' })
  })
})

describe('dates', () => {
  test.each([
    ['2024-01-10 10:36', '2024-01-10T10:36:00+01:00'],
    ['2024-07-10 00:05', '2024-07-10T00:05:00+02:00'],
    ['2024-07-10T00:05:07.123', '2024-07-10T00:05:07+02:00'],
    ['2024-01-09T23:30:00Z', '2024-01-10T00:30:00+01:00'],
    ['2024-07-09T12:00:00+0200', '2024-07-09T12:00:00+02:00'],
    ['2024-03-31 03:30', '2024-03-31T03:30:00+02:00'],
    ['2024-10-27 03:30', '2024-10-27T03:30:00+01:00'],
    ['2024-01-10', '2024-01-10T00:00:00+01:00'],
  ])('%s est %s', (written, instant) => expect(instantOf(written)).toBe(instant))

  test.each(['', 'hier', '10/01/2024', 20240110, undefined, '2024-99-99'])('%s n’est pas une date', written =>
    expect(instantOf(written)).toBeUndefined(),
  )

  test('la période compte en jours de Paris, et une fin plus lointaine que le début est ignorée', () => {
    const now = new Date('2026-03-31T22:30:00Z')
    expect(windowOf({ deposeDepuis: 30, deposeAvant: 0 }, now, undefined)).toEqual({
      from: '2026-03-02',
      until: '2026-04-01',
    })
    expect(windowOf({ deposeDepuis: 5, deposeAvant: 9 }, now, '2026-03-30')).toEqual({
      from: '2026-03-27',
      until: '2026-04-01',
    })
    expect(windowOf({ deposeDepuis: 5, deposeAvant: 2 }, now, '2026-01-01')).toEqual({
      from: '2026-01-01',
      until: '2026-03-30',
    })
  })
})
