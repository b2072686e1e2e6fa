import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HistoriqueFacture, Inbox, Memory, News } from '#core'
import { portailFacturesConformance } from '#core/conformance'
import { connectForTest, temporaryMemory, type ChorusSimulator } from '#core/testing'
import { readAccounts } from './accounts.ts'
import chorusCsv from './index.ts'
import { createSimulator } from './simulator.ts'

portailFacturesConformance(
  'Chorus Pro par CSV',
  chorusCsv,
  async () => {
    const simulator = await createSimulator()
    return {
      config: simulator.config,
      refused: {
        config: { comptes: Buffer.from('TECH_VILLE@cpp2026.fr;faux-mot-de-passe;21340172201787;') },
        secret: 'faux-mot-de-passe',
      },
      faults: simulator.faults,
      pushing: /traiter\/recue$/u,
      depositing: /deposer\/flux$/u,
      submitting: /soumettre$/u,
      reading: /consulter\/historique$/u,
      siret: '21340172201787',
      supplierSiret: '00000000000018',
      receive: number => `${simulator.receive(number === undefined ? {} : { number })}-99-csv`,
      move: (id, statut) => simulator.move(Number.parseInt(id, 10), statut),
      passages: (id, statut) =>
        simulator.invoices
          .find(invoice => invoice.id === Number.parseInt(id, 10))
          ?.history.filter(each => each.statut === statut).length ?? 0,
      finishFlows: () => simulator.finishFlows(),
      count: kind => simulator.count(kind === 'flows' ? 'flux' : 'déposée'),
      close: () => simulator.close(),
    }
  },
  { scope: 'reading' },
)

describe('fichier des comptes', () => {
  const read = (text: string, encoding: BufferEncoding = 'utf8') => readAccounts(Buffer.from(text, encoding))

  test('se lit avec ou sans marque, titres, lignes vides, guillemets, fins de ligne de Windows et accents latins', () => {
    expect(
      read(
        '\uFEFFIdentifiant;Mot de passe;SIRET;Fournisseur\r\n\r\nTECH_1;m;213 401 722 01787;\r\nTECH_2;"a;b""c";21340172201787;00000000000018\r\n',
      ),
    ).toEqual([
      { line: 3, login: 'TECH_1', password: 'm', siret: '21340172201787', supplierSiret: undefined },
      { line: 4, login: 'TECH_2', password: 'a;b"c', siret: '21340172201787', supplierSiret: '00000000000018' },
    ])
    expect(read('TECH_1;clé;21340172201787', 'latin1')[0]?.password).toBe('clé')
    expect(read('TECH_1;m;21340172201787;\nTECH_1;m;21340172201787;')).toHaveLength(1)
  })

  test('ses fautes sont nommées ligne par ligne, sans jamais montrer un mot de passe', () => {
    const fault = (text: string): string => {
      try {
        return `lu : ${read(text).length}`
      } catch (error) {
        return String(error)
      }
    }
    const said = fault('TECH_1;secret-1;123;\nTECH_2;;21340172201787\nTECH_3;secret-3;21340172201787;X')
    expect(said).toMatch(/ligne 1, le SIRET du destinataire.*ligne 2, l'identifiant.*ligne 3, le SIRET du fournisseur/u)
    expect(said + fault('TECH_4;"secret-4;21340172201787')).not.toContain('secret')
    expect(fault('\n\n')).toContain('est vide')
  })
})

describe('relève', () => {
  let simulator: ChorusSimulator
  beforeEach(async () => void (simulator = await createSimulator()))
  afterEach(() => simulator.close())

  const releve = async (
    comptes?: string,
    { memory = temporaryMemory(), news }: { readonly memory?: Memory; readonly news?: News } = {},
  ) => {
    const config = { ...simulator.config, ...(comptes === undefined ? {} : { comptes: Buffer.from(comptes) }) }
    await using connection = await connectForTest(chorusCsv, config, { memory })
    const delivered: Parameters<Inbox['deliver']>[0][] = []
    const inbox: Inbox = {
      async deliver(found) {
        const known = delivered.some(({ externalId }) => externalId === found.externalId)
        if (!known) delivered.push(found)
        return known ? 'known' : 'created'
      },
      form: async () => undefined,
      attach: async () => 'unknown',
    }
    const { connector, context } = connection
    const said = chorusCsv.schedules?.['relever']?.run({ ...context, connector, inbox, news: news ?? context.news })
    return { delivered, said: await said }
  }

  test('chaque ligne relève son destinataire, avec ses identifiants suffixés et son compte', async () => {
    const [town, community] = [
      simulator.receive(),
      simulator.receive({ recipient: simulator.accounts[1]?.structures[0] ?? never() }),
    ]
    const { delivered, said } = await releve()
    expect(said).toBe('2 nouvelles factures reçues.')
    expect(delivered.map(({ externalId }) => externalId)).toEqual([
      `facture-${town}-99-csv`,
      `facture-${community}-99-csv`,
    ])
    expect(delivered[1]?.values).toMatchObject({
      is_cpp: false,
      type_integration: 'CSV',
      utilisateur_technique: 'TECH_AGGLO@cpp2026.fr',
      id_facture_cpp: `${community}-99-csv`,
    })
    expect(simulator.tokens).toBe(1)
  })

  test('ce qui change ensuite à Chorus Pro est apporté au dossier, sous son identifiant suffixé', async () => {
    const memory = temporaryMemory()
    const id = simulator.receive()
    await releve(undefined, { memory })
    simulator.move(id, 'MANDATEE', { at: new Date(Date.now() + 60_000) })
    const told: unknown[] = []
    const news: News = {
      delivered: async ids => new Set(ids.filter(each => each === `facture-${id}-99-csv`)),
      async tell({ externalId, says }) {
        told.push([externalId, (says['history'] as HistoriqueFacture).statut])
        return 'told'
      },
    }
    expect((await releve(undefined, { memory, news })).said).toContain('1 facture suivie a changé à Chorus Pro.')
    expect(told).toEqual([[`facture-${id}-99-csv`, 'MANDATEE']])
  })

  test('un fournisseur nommé filtre, et deux lignes qui voient la même facture ne l’importent qu’une fois', async () => {
    simulator.receive()
    const siret = '21340172201787'
    const [town, community] = simulator.accounts
    const both = `${town?.login};${town?.password};${siret};\n${community?.login};${community?.password};${siret};`
    expect((await releve(both)).delivered).toHaveLength(1)
    expect((await releve(`${town?.login};${town?.password};${siret};20005050500012`)).delivered).toHaveLength(0)
    expect((await releve(`${town?.login};${town?.password};${siret};00000000000018`)).delivered).toHaveLength(1)
  })

  test('un compte refusé est nommé par sa ligne et n’arrête pas les autres ; tous refusés, le connecteur est à régler', async () => {
    simulator.receive()
    const [town] = simulator.accounts
    const bad = 'TECH_PERDU;oublie;21340172201787;'
    const { delivered, said } = await releve(`${bad}\n${town?.login};${town?.password};21340172201787;`)
    expect(delivered).toHaveLength(1)
    expect(said).toMatch(/^1 nouvelle facture reçue\. Ligne 1 \(TECH_PERDU\) : Chorus Pro refuse le compte/u)
    await expect(releve(bad)).rejects.toMatchObject({ name: 'ConfigurationError' })
  })
})

const never = (): never => {
  throw new Error('unreachable')
}
