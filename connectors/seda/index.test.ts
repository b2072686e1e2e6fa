import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkSip, PermanentError, tarGz, type DocumentContents } from '#core'
import { publishedSchemas, sampleLines, sedaConformance } from '#core/conformance'
import { connectForTest, sampleDocument, temporaryFiles } from '#core/testing'
import seda from './index.ts'
import { upgrade } from './upgrade.ts'

const schemas = publishedSchemas()
const withSchemas = test.skipIf(!schemas)
/** In the name of what is skipped, so that the report says what to install. */
const ABSENT = schemas ? '' : ' (schémas absents : PASSEUR_SCHEMAS)'

const SETTINGS = {
  serviceArchives: 'FRAD034',
  serviceVersant: '%entite.siren%',
  serviceProducteur: 'ville-demo',
  accord: 'ACCORD-ACTES',
  profil: 'profil-actes',
  niveauService: 'niveau-1',
  commentaire: 'Versement de « %objet% »',
  description: '%nature% n° %numero_de_lacte%',
  historique: 'Transmis au contrôle de légalité',
  motsCles: 'Délibération;;subject\n%objet%\n;;geogname\nVille de Démonstration;ref-1;corpname',
  identifiantVersant: '%document.id%',
  regleAcces: 'AR038',
  regleSort: 'P10Y',
  sortFinal: 'Destroy',
}

sedaConformance(
  'Le connecteur SEDA',
  seda,
  {
    'SEDA 1.0': { ...SETTINGS, version: '1.0' },
    'SEDA 2.1': { ...SETTINGS, version: '2.1' },
    'SEDA 2.2': { ...SETTINGS, version: '2.2', empreinte: 'sha512' },
    'le profil Vitam': { ...SETTINGS, version: 'vitam-2.1', empreinte: 'sha512' },
    'le strict nécessaire': { serviceArchives: 'A', serviceVersant: 'B' },
  },
  { 'le profil Vitam': 'manifest.xml' },
)

const generated = async (
  config: Readonly<Record<string, unknown>> = {},
  change: (contents: DocumentContents) => DocumentContents = contents => contents,
  folder = schemas,
) => {
  await using files = await temporaryFiles()
  await using connected = await connectForTest(seda, { ...SETTINGS, ...config }, { files, schemas: folder })
  const contents = change(await sampleDocument(files))
  const journal = await files.save('[]', 'journal-du-dossier.json')
  const sip = await connected.connector.seda.generate(contents, { journal, lines: sampleLines }, 'passeur-7')
  return {
    sip,
    xml: (await buffer(files.open(sip.bordereau))).toString(),
    archive: await buffer(files.open(sip.archive)),
    log: connected.context.log.lines,
  }
}

describe('le bordereau', () => {
  test('décrit le dossier : titre, dates de Paris, mots-clés, règles, une unité par champ', async () => {
    const { xml } = await generated()
    expect(xml).toContain('<Title>Délibération n° 12 : école &amp; cantine</Title>')
    expect(xml).toContain('<Description>Délibération n° 2026_012</Description>')
    // 22:30 UTC on the 3rd of July is already the 4th in Paris.
    expect(xml).toContain('<StartDate>2026-07-01</StartDate>')
    expect(xml).toContain('<EndDate>2026-07-04</EndDate>')
    expect(xml.match(/<Keyword>/gu)).toHaveLength(3)
    expect(xml).toMatch(
      /<AppraisalRule>\s*<Rule>P10Y<\/Rule>\s*<StartDate>2026-07-04<\/StartDate>\s*<FinalAction>Destroy</u,
    )
    expect(xml).toContain('<Title>Accusé de réception</Title>')
    expect(xml).toContain('<Filename>délibération 12.pdf</Filename>')
    expect(xml).toContain('<Uri>deliberation_12.pdf</Uri>')
    expect(xml).toMatch(/<TransferringAgency>\s*<Identifier>213400017</u)
  })

  test('suit les unités d’archives demandées, dans leur ordre et sous leur titre', async () => {
    const { xml } = await generated(upgrade({ unites: 'arrete: Acte %numero%\ninconnu: rien\nannexes:' }, 1))
    expect([...xml.matchAll(/<Title>([^<]*)<\/Title>/gu)].map(([, title]) => title)).toEqual([
      'Délibération n° 12 : école &amp; cantine',
      'Acte 2026_012',
      'Annexes',
      'annexe.pdf',
      'annexe.pdf',
      'Journal des événements',
    ])
    expect(xml).not.toContain('ar.xml')
  })

  test('produit deux fois pour le même dossier, il annonce les mêmes fichiers et l’archive est identique', async () => {
    const [one, other] = [await generated(), await generated()]
    expect(one.sip.archive.sha256).toBe(other.sip.archive.sha256)
  })

  withSchemas(`reste valide quoi que les agents écrivent dans le titre${ABSENT}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), async title => {
        await generated({}, contents => ({ ...contents, title, values: { ...contents.values, objet: title } }))
      }),
      { numRuns: 25 },
    )
  })

  test('sans schéma installé, seules les pièces sont vérifiées, et le journal technique le dit', async () => {
    const { log } = await generated({}, contents => contents, '/nulle/part')
    expect(log.map(line => line.message).join()).toContain('schema not installed')
    await using connected = await connectForTest(seda, SETTINGS, {})
    expect(await connected.connector.check()).toContain("n'est pas installé")
  })

  withSchemas(`refusé par le schéma, il n’est pas rendu et chaque défaut est dit en français${ABSENT}`, async () => {
    const generating = generated({ dateDebut: 'hier', motsCles: 'x;;inconnu' })
    await expect(generating).rejects.toThrow(PermanentError)
    await expect(generating).rejects.toThrow(/« hier » n'est pas une valeur permise pour « StartDate »/u)
    await expect(generating).rejects.toThrow(/« inconnu » n'est pas une valeur permise pour « KeywordType »/u)
  })

  test('une durée mal écrite est refusée avec un exemple', async () => {
    await expect(generated({ regleSort: '10 ans' })).rejects.toThrow(/P10Y/u)
  })

  test('un dossier sans fichier n’est pas archivé', async () => {
    await expect(generated({}, contents => ({ ...contents, values: {} }))).rejects.toThrow(/aucun fichier à archiver/u)
  })
})

describe('le contrôle strict', () => {
  const repacked = (entries: Readonly<Record<string, string>>) =>
    tarGz(
      Object.entries(entries).map(([name, content]) => ({
        name,
        size: Buffer.byteLength(content),
        modified: new Date('2026-01-01'),
        open: () => Readable.from(Buffer.from(content)),
      })),
    )
  const faultsOf = async (change: (xml: string) => string, archive?: Readable) => {
    const made = await generated()
    const { faults } = await checkSip(Buffer.from(change(made.xml)), archive ?? Readable.from(made.archive), schemas)
    return faults.join('\n')
  }

  test('voit une empreinte fausse, une taille fausse, un fichier annoncé deux fois ou absent', async () => {
    expect(await faultsOf(xml => xml.replace(/(<MessageDigest[^>]*>)[0-9a-f]{4}/u, '$10000'))).toMatch(
      /empreinte de « deliberation_12\.pdf »/u,
    )
    expect(await faultsOf(xml => xml.replace(/<Size>\d+</u, '<Size>7<'))).toMatch(
      /taille de « deliberation_12\.pdf » est de 7 octets/u,
    )
    expect(await faultsOf(xml => xml.replace('<Uri>ar.xml<', '<Uri>annexe.pdf<'))).toMatch(
      /plusieurs fois « annexe\.pdf »[^]*« ar\.xml », que le bordereau n'annonce pas/u,
    )
    expect(await faultsOf(xml => xml, repacked({ 'autre.txt': 'x', '../../évadé': 'x' }))).toMatch(
      /« ar\.xml », absent de l'archive/u,
    )
    expect(await faultsOf(xml => xml, repacked({ '../../évadé': 'x' }))).toMatch(/sort du dossier/u)
  })
  test('voit une référence brisée et un objet que rien ne cite', async () => {
    const faults = await faultsOf(xml =>
      xml.replace('>objet-1</DataObjectReferenceId>', '>objet-99</DataObjectReferenceId>'),
    )
    expect(faults).toMatch(/« objet-99 », qui n'existe pas/u)
    expect(faults).toMatch(/ne cite l'objet « objet-1 »/u)
  })
  test('voit une archive tronquée et un bordereau illisible', async () => {
    const made = await generated()
    expect(
      (await checkSip(Buffer.from(made.xml), Readable.from(made.archive.subarray(0, 200)), schemas)).faults.join(),
    ).toMatch(/archive est illisible/u)
    expect((await checkSip(Buffer.from('<a'), Readable.from(made.archive), schemas)).faults.join()).toMatch(
      /pas du XML lisible/u,
    )
    expect((await checkSip(Buffer.from('<a/>'), Readable.from(made.archive), schemas)).faults.join()).toMatch(
      /n'est pas un transfert SEDA/u,
    )
  })
  withSchemas(`voit un élément qui n’est pas à sa place${ABSENT}`, async () => {
    expect(
      await faultsOf(xml => xml.replace('<Comment>', '<Commentaire>').replace('</Comment>', '</Commentaire>')),
    ).toMatch(/« Commentaire » n'est pas à sa place/u)
  })
  test('n’ouvre ni fichier ni adresse désignés par un bordereau hostile', async () => {
    const faults = await faultsOf(xml =>
      xml.replace('?>', '?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>').replace('Versement de', '&e;'),
    )
    expect(faults).not.toContain('root:')
    expect(faults).not.toBe('')
  })
})
