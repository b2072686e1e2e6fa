import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import type { Clock } from '../authoring/context.ts'
import { ConfigurationError, PermanentError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import { connectForTest } from './connect.ts'

export interface HorodatageBench {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings under which nothing can be stamped, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  /** The same settings trusting another authority only. */
  readonly distrustful: Readonly<Record<string, unknown>>
  close(): Promise<void>
}

const CONTENT = Buffer.from('document 12 - envoyé - 2026-07-01')

/** What every connector that stamps owes the hub. */
export const horodatageConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'horodatage'>,
  setup: () => Promise<HorodatageBench>,
): void => {
  const start = async () => {
    const bench = await setup()
    const connect = (config: Readonly<Record<string, unknown>> = {}, clock?: Clock) =>
      connectForTest(definition, { ...bench.config, ...config }, clock ? { clock } : {})
    return { ...bench, connect, [Symbol.asyncDispose]: () => bench.close() }
  }

  describe(`${name} tient le contrat de l'horodatage`, () => {
    test("« Tester » nomme l'autorité et dit jusqu'à quand elle est valable", async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      expect(await connected.connector.check()).toMatch(/« .+ ».*valable jusqu'au \d\d\/\d\d\/\d{4}\.$/u)
    })

    test("un jeton rendu porte l'heure, un numéro et le nom de l'autorité", async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      const { horodatage } = connected.connector
      const before = Date.now()
      const token = await horodatage.stamp(CONTENT)
      const read = await horodatage.verify(CONTENT, token)
      // Whole seconds, and the clock of another process.
      expect(read.at.getTime()).toBeGreaterThan(before - 5_000)
      expect(read.at.getTime()).toBeLessThan(Date.now() + 5_000)
      expect(read.serial).toMatch(/^[0-9a-f]+$/u)
      expect(read.authority).not.toBe('')
    })

    test('deux jetons du même contenu sont deux jetons, tous deux valables', async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      const { horodatage } = connected.connector
      const [first, second] = [await horodatage.stamp(CONTENT), await horodatage.stamp(CONTENT)]
      const serials = [await horodatage.verify(CONTENT, first), await horodatage.verify(CONTENT, second)]
      expect(new Set(serials.map(({ serial }) => serial)).size).toBe(2)
    })

    test("un jeton n'est pas valable pour un autre contenu, ni modifié, ni tronqué, ni remplacé par autre chose", async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      const { horodatage } = connected.connector
      const token = await horodatage.stamp(CONTENT)
      const refusal = (content: Uint8Array, bytes: Uint8Array) =>
        horodatage.verify(content, bytes).then(
          () => 'accepté',
          (error: unknown) => error,
        )
      expect(String(await refusal(Buffer.from('autre'), token))).toContain('un autre contenu')
      for (const bytes of [token.subarray(0, -1), Buffer.concat([token, Buffer.from([0])]), Buffer.from('<html>')])
        expect(await refusal(CONTENT, bytes)).toBeInstanceOf(PermanentError)
      // Some bits bear no meaning (a list of algorithms written twice): whatever is still accepted says the very same thing.
      const said = await horodatage.verify(CONTENT, token)
      for (let place = 0; place < token.length; place += Math.ceil(token.length / 40)) {
        const altered = Buffer.from(token)
        altered[place] = (altered[place] ?? 0) ^ 1
        const outcome: unknown = await horodatage.verify(CONTENT, altered).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome, `octet ${place}`).toBeInstanceOf(PermanentError)
        else expect(outcome, `octet ${place}`).toEqual(said)
      }
    })

    test("une autre autorité que celle des réglages n'est pas crue", async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      const token = await connected.connector.horodatage.stamp(CONTENT)
      await using distrustful = await bench.connect(bench.distrustful)
      const verifying = distrustful.connector.horodatage.verify(CONTENT, token)
      await expect(verifying).rejects.toThrow(PermanentError)
      await expect(verifying).rejects.toThrow('autorité des réglages')
    })

    test("un jeton reste vérifiable quand le certificat qui l'a signé a expiré", async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      const token = await connected.connector.horodatage.stamp(CONTENT)
      const later = { now: () => new Date(Date.now() + 5 * 365 * 86_400_000) }
      await using old = await bench.connect({}, later)
      expect((await old.connector.horodatage.verify(CONTENT, token)).authority).not.toBe('')
    })

    test("des réglages refusés sont l'affaire de l'administrateur, et aucun secret n'est montré", async () => {
      await using bench = await start()
      await using connected = await bench.connect(bench.refused.config)
      for (const attempt of [connected.connector.check(), connected.connector.horodatage.stamp(CONTENT)]) {
        const error: unknown = await attempt.catch((cause: unknown) => cause)
        expect(error).toBeInstanceOf(ConfigurationError)
        expect(String(error)).not.toContain(bench.refused.secret)
      }
      expect(JSON.stringify(connected.context.log.lines)).not.toContain(bench.refused.secret)
    })
  })
}
