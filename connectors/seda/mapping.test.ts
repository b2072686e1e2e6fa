import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import yazl from 'yazl'
import { at, checkSip, childrenOf, parseXml, PermanentError, readSlip, tarGz, type Files, type XmlElement } from '#core'
import { publishedSchemas, sampleLines } from '#core/conformance'
import { connectForTest, sampleDocument, temporaryFiles } from '#core/testing'
import seda from './index.ts'
import { fromPastell } from './pastell.ts'
import { upgrade } from './upgrade.ts'

const schemas = publishedSchemas()
const HEADER = {
  serviceArchives: 'FRAD034',
  serviceVersant: 'VILLE',
  serviceProducteur: 'VILLE',
  accord: 'ACCORD',
  regleAcces: 'AR038',
}
const VERSIONS = ['1.0', '2.1', '2.2', 'vitam-2.1'] as const

const zipOf = (entries: Readonly<Record<string, string>>): Promise<Buffer> => {
  const zip = new yazl.ZipFile()
  for (const [name, content] of Object.entries(entries))
    if (name.endsWith('/')) zip.addEmptyDirectory(name)
    else zip.addBuffer(Buffer.from(content), name)
  zip.end()
  return buffer(zip.outputStream)
}

const generated = async (
  config: Readonly<Record<string, unknown>>,
  prepare: (files: Files) => Promise<Readonly<Record<string, unknown>>> = async () => ({}),
) => {
  await using files = await temporaryFiles()
  await using connected = await connectForTest(seda, { ...HEADER, ...config }, { files, schemas })
  const contents = await sampleDocument(files, { values: await prepare(files) })
  const journal = await files.save('[]', 'journal-du-dossier.json')
  const sip = await connected.connector.seda.generate(contents, { journal, lines: sampleLines }, 'passeur-7')
  const xml = (await buffer(files.open(sip.bordereau))).toString()
  const manifest = config['version'] === 'vitam-2.1' ? 'manifest.xml' : undefined
  const check = await checkSip(Buffer.from(xml), files.open(sip.archive), schemas, manifest)
  expect(check.faults).toEqual([])
  return { xml, root: parseXml(xml), slip: readSlip(xml) }
}

/** Titles of the units, by indentation, as a person would draw the tree. */
const drawn = (unit: XmlElement | undefined, depth = 0): readonly string[] =>
  unit === undefined
    ? []
    : [
        `${'  '.repeat(depth)}${at(unit, 'Content', 'Title')?.text ?? ''}`,
        ...childrenOf(unit, 'ArchiveUnit').flatMap(each => drawn(each, depth + 1)),
      ]
const unitsOf = (root: XmlElement) =>
  childrenOf(at(root, 'DataObjectPackage', 'DescriptiveMetadata'), 'ArchiveUnit').flatMap(each => drawn(each))

const TREE = [
  {
    titre: 'Acte {{ numero }}',
    niveau: 'Groupe d’articles'.replace('’', "'"),
    description: '{{ nature == "1" ? "Délibération" : "Arrêté" }}',
    motsCles: '"{{ objet }}",ref,subject',
    regleAcces: 'AR048',
    regleAccesDebut: '%jour%',
    regleSort: 'P5Y',
    regleSortDebut: '%journal.debut%',
    sortFinal: '{% if nature == "1" %}Conserver{% else %}Détruire{% endif %}',
    enfants: [
      { titre: 'Original', genre: 'fichiers', champ: 'arrete' },
      {
        titre: 'Annexes',
        champ: '{{ annexes|length > 1 }}',
        enfants: [{ titre: 'Annexe {{ #FILE_NUM# + 1 }}', genre: 'fichiers', champ: 'annexes', sansType: true }],
      },
      { titre: 'Omise', champ: '{{ inconnu }}', enfants: [{ genre: 'fichiers', champ: 'arrete' }] },
      { titre: 'Vide', enfants: [{ genre: 'fichiers', champ: 'champ_d_un_autre_flux' }] },
    ],
  },
  { titre: 'Preuve', enfants: [{ genre: 'fichiers', champ: 'journal' }] },
]

describe('l’arbre des unités', () => {
  test.each(VERSIONS)(
    'en %s, les lignes donnent les unités, leurs règles et leurs fichiers ; ce qui est vide est omis',
    async version => {
      const { xml, root, slip } = await generated({ version, unites: TREE })
      expect(slip.files).toHaveLength(4)
      expect(xml).not.toMatch(/Omise|<(?:Title|Name)>Vide/u)
      if (version === '1.0') {
        const [acte] = childrenOf(at(root, 'Archive'), 'ArchiveObject')
        expect(at(acte, 'Name')?.text).toBe('Acte 2026_012')
        expect(at(acte, 'ContentDescription', 'DescriptionLevel')?.text).toBe('recordgrp')
        expect(at(acte, 'AccessRestrictionRule', 'StartDate')?.text).toBe('2026-06-30')
        expect(at(acte, 'AppraisalRule', 'Code')?.text).toBe('conserver')
        expect(childrenOf(acte, 'Document').map(each => at(each, 'Description')?.text)).toEqual(['Original'])
        return
      }
      expect(unitsOf(root)).toEqual([
        'Délibération n° 12 : école & cantine',
        '  Acte 2026_012',
        '    Original',
        '    Annexes',
        '      Annexe 1',
        '      Annexe 2',
        '  Preuve',
      ])
      expect(xml).toMatch(
        /<AppraisalRule>\s*<Rule>P5Y<\/Rule>\s*<StartDate>2026-07-01<\/StartDate>\s*<FinalAction>Keep</u,
      )
      expect(xml).toMatch(
        /<KeywordContent>Délibération n° 12 : école &amp; cantine<\/KeywordContent>\s*<KeywordReference>ref</u,
      )
      expect(xml).toContain('<DescriptionLevel>RecordGrp</DescriptionLevel>')
      // The annexes do not announce their type, the others do.
      expect(xml.match(/<MimeType>/gu)).toHaveLength(2)
    },
  )

  test('un zip devient un arbre : titres selon le chemin, dossier ou fichier, sans les scories', async () => {
    const zip = await zipOf({
      'Marché/AE.pdf': 'a',
      'Marché/Plans/plan 1.pdf': 'b',
      'Marché/Plans/plan 2.pdf': 'c',
      '__MACOSX/AE.pdf': 'x',
      'Marché/.gitkeep': 'x',
      'lisez-moi.txt': 'd',
    })
    const unites = [
      {
        titre: 'Pièces',
        historique: 'Dossier #FILEPATH#',
        enfants: [
          {
            titre: '{% if #IS_DIR# %}Dossier #FILENAME#{% else %}{{ "#FILENAME#"|upper }}{% endif %}',
            genre: 'fichiers',
            champ: '#ZIP#annexes',
          },
        ],
      },
    ]
    const { root, slip, xml } = await generated({ unites }, async files => ({
      annexes: [await files.save(zip, 'marché.zip')],
    }))
    expect(unitsOf(root)).toEqual([
      'Délibération n° 12 : école & cantine',
      '  Pièces',
      '    LISEZ-MOI.TXT',
      '    Dossier Marché',
      '      AE.PDF',
      '      Dossier Plans',
      '        PLAN 1.PDF',
      '        PLAN 2.PDF',
      '  Journal des événements',
    ])
    expect(slip.files.map(({ uri }) => uri)).toEqual([
      'lisez-moi.txt',
      'Marche/AE.pdf',
      'Marche/Plans/plan_1.pdf',
      'Marche/Plans/plan_2.pdf',
      'journal.json',
    ])
    expect(xml).toContain('<CustodialHistoryItem>Dossier Marché/Plans</CustodialHistoryItem>')
  })

  test('le nom d’un fichier venu d’un zip n’est jamais pris pour une expression', async () => {
    const name = `{{ 7*7 }}%objet%'"|upper.txt`
    const zip = await zipOf({ [name]: 'a' })
    for (const titre of ['#FILENAME#', '{{ "#FILENAME#" }}', '{{ #FILENAME# }}', '{# rien #}#FILENAME#']) {
      const unites = [{ titre: 'U', enfants: [{ titre, genre: 'fichiers', champ: '#ZIP#annexes' }] }]
      const { root } = await generated({ unites }, async files => ({ annexes: [await files.save(zip, 'a.zip')] }))
      expect(unitsOf(root)[2]).toBe(`    ${name}`)
    }
  })

  test('un zip piégé ou illisible est refusé, avec une phrase', async () => {
    const unites = [{ titre: 'U', enfants: [{ genre: 'fichiers', champ: '#ZIP#annexes' }] }]
    const generating = generated({ unites }, async files => ({ annexes: [await files.save('pas un zip', 'a.zip')] }))
    await expect(generating).rejects.toThrow(PermanentError)
    await expect(generating).rejects.toThrow(/« a\.zip » n'est pas un zip lisible/u)
  })
})

describe('ce que chaque version exige', () => {
  test('le SEDA 1.0 veut une règle d’accès datée, une durée et un niveau qu’il connaît', async () => {
    await expect(generated({ version: '1.0', regleAcces: '' })).rejects.toThrow(/exige une règle d'accès/u)
    await expect(generated({ version: '1.0', regleAccesDebut: '%inconnu%' })).rejects.toThrow(/date de départ/u)
    await expect(generated({ version: '1.0', niveau: 'Autre' })).rejects.toThrow(/n'existe pas en SEDA 1\.0/u)
    await expect(generated({ version: '1.0', regleSort: 'APP01' })).rejects.toThrow(/doit s'écrire « P10Y »/u)
  })

  test('le SEDA 1.0 nomme les services, et traduit langue et sort final', async () => {
    const { xml } = await generated({
      version: '1.0',
      serviceArchivesNom: 'Archives',
      regleSort: 'P10Y',
      sortFinal: 'Détruire',
    })
    expect(xml).toMatch(/<Identification>FRAD034<\/Identification>\s*<Name>Archives</u)
    expect(xml).toContain('<Language>fra</Language>')
    expect(xml).toMatch(/<Code>detruire<\/Code>\s*<Duration>P10Y</u)
  })

  test('Vitam veut un contrat d’entrée et un service producteur ; l’algorithme porte le nom qu’il connaît', async () => {
    await expect(generated({ version: 'vitam-2.1', accord: '' })).rejects.toThrow(/contrat d'entrée/u)
    await expect(generated({ version: 'vitam-2.1', serviceProducteur: '' })).rejects.toThrow(/service producteur/u)
    const { xml, slip } = await generated({ version: 'vitam-2.1', gestionVersant: 'MAIRIE' })
    expect(
      slip.files.every(({ algorithm, uri, digest }) => algorithm === 'SHA-256' && uri.startsWith(`content/${digest}.`)),
    ).toBe(true)
    expect(xml).toMatch(/<OriginatingAgencyIdentifier>VILLE<[^]*<SubmissionAgencyIdentifier>MAIRIE</u)
  })

  test('pour Vitam, deux fichiers de même contenu sont un seul objet, que leurs deux unités citent', async () => {
    const { slip } = await generated({ version: 'vitam-2.1' }, async files => {
      const same = await files.save('même contenu', 'a.pdf')
      return { annexes: [same, { ...same, name: 'b.pdf' }] }
    })
    expect(slip.files).toHaveLength(4)
    expect(slip.references).toHaveLength(5)
    expect(new Set(slip.references).size).toBe(4)
  })

  test('dans l’archive de Vitam, le manifeste doit être là, une fois, et être le bordereau lui-même', async () => {
    const packed = (entries: Readonly<Record<string, string>>) =>
      tarGz(
        Object.entries(entries).map(([name, content]) => ({
          name,
          size: Buffer.byteLength(content),
          modified: new Date('2026-01-01'),
          open: () => Readable.from(Buffer.from(content)),
        })),
      )
    const { xml } = await generated({ version: 'vitam-2.1' })
    const faultsOf = async (entries: Readonly<Record<string, string>>) =>
      (await checkSip(Buffer.from(xml), packed(entries), undefined, 'manifest.xml')).faults.join('\n')
    expect(await faultsOf({})).toContain('contient 0 fois « manifest.xml »')
    expect(await faultsOf({ 'manifest.xml': '<autre/>' })).toContain("n'est pas le bordereau")
    expect(await faultsOf({ 'manifest.xml': xml })).not.toContain('manifest.xml')
  })

  test('le versement se rattache à une unité existante, à la manière de chacun', async () => {
    const key = { rattachement: 'ARK-1', rattachementCle: 'ArchivalAgencyArchiveUnitIdentifier' }
    const vitam = await generated({ version: 'vitam-2.1', ...key })
    expect(vitam.xml).toMatch(
      /<UpdateOperation>\s*<ArchiveUnitIdentifierKey>\s*<MetadataName>ArchivalAgencyArchiveUnitIdentifier<\/MetadataName>\s*<MetadataValue>ARK-1</u,
    )
    expect((await generated({ version: 'vitam-2.1', rattachement: 'guid' })).xml).toContain('<SystemId>guid</SystemId>')
    expect((await generated({ version: '2.1', rattachement: 'PID' })).xml).toMatch(
      /<IsPartOf>\s*<RepositoryArchiveUnitPID>PID</u,
    )
  })
})

describe('« Tester »', () => {
  test.each([
    [{ titre: '{{ objet' }, /« Titre » : ligne 1/u],
    [{ niveau: 'Grenier' }, /« Grenier » n'existe pas/u],
    [{ sortFinal: 'Brûler' }, /« Brûler » n'est ni/u],
    [{ unites: [{ titre: 'A', enfants: [{ genre: 'fichiers' }] }] }, /ligne 1\.1 : indiquez le champ/u],
    [{ unites: [{ genre: 'fichiers', champ: 'a', enfants: [{ titre: 'B' }] }] }, /ne contiennent pas d'autres lignes/u],
    [{ unites: [{ titre: '{{ x|inconnu }}' }] }, /ligne 1 : « Titre »/u],
  ])('voit %j', async (config, fault) => {
    await using connected = await connectForTest(seda, { ...HEADER, ...config }, {})
    await expect(connected.connector.check()).rejects.toThrow(fault)
  })

  test('dit la version et le schéma', async () => {
    await using connected = await connectForTest(seda, { ...HEADER, version: 'vitam-2.1', unites: TREE }, { schemas })
    expect(await connected.connector.check()).toContain('SEDA 2.1')
  })
})

const PASTELL_DATA = {
  archival_agency_identifier: 'FRAD034',
  archival_agency_name: 'Archives départementales',
  transferring_agency_identifier: '{{ pa_entity_siren }}',
  originating_agency_identifier: 'VILLE',
  archival_agreement: 'ACCORD',
  commentaire: 'Versement de {{ objet }}',
  titre: '{{ objet|upper }}',
  Language: 'fra',
  DescriptionLanguage: 'fra',
  DescriptionLevel: 'file',
  StartDate: '{{ date_journal_debut }}',
  keywords: 'Délibération,,subject\n"{{ objet }}",ref-1,subject',
  AccessRule_Rule: 'AR038',
  AccessRule_StartDate: '{{ date_cloture_journal }}',
  AppraisalRule_Rule: 'P10Y',
  AppraisalRule_StartDate: '{{ date_cloture_journal }}',
  AppraisalRule_FinalAction: 'Conserver',
  inconnu: 'x',
}
const PASTELL_FILES = `<?xml version="1.0"?><Root>
<ArchiveUnit id="u1" description="Acte {{ numero_de_lacte }}" field_expression="{{ arrete }}" do_not_put_mime_type="">
  <ArchiveUnit id="u2" description="Annexes" field_expression=""><File id="f2" description="Annexe #FILE_NUM#" field_expression="autre_document_attache" do_not_put_mime_type="1"/></ArchiveUnit>
  <File id="f1" description="{{ objet }}" field_expression="arrete" do_not_put_mime_type=""/>
  <DescriptionLevel>item</DescriptionLevel><AccessRestrictionRule_AccessRule>AR048</AccessRestrictionRule_AccessRule>
  <AccessRestrictionRule_StartDate>2026-01-01</AccessRestrictionRule_StartDate><Keywords/>
</ArchiveUnit></Root>`
const PASTELL = { data: JSON.stringify(PASTELL_DATA), files: PASTELL_FILES, hash_algorithm: '1' }

describe('les réglages repris de Pastell', () => {
  test.each([
    ['generateur-seda-asalae-1.0', '1.0'],
    ['generateur-seda-asalae-2.1', '2.1'],
    ['generateur-seda-asalae-2.2', '2.2'],
    ['generateur-seda-vitam-2.1', 'vitam-2.1'],
  ])('de %s donnent un bordereau valide en %s', async (pastell, version) => {
    const config = upgrade({ ...PASTELL, pastell }, 0)
    expect(config).toMatchObject({ version, empreinte: 'sha512', titre: '{{ objet|upper }}' })
    const { xml, slip } = await generated(config)
    expect(xml).toContain('DÉLIBÉRATION N° 12')
    expect(xml).toContain('ref-1')
    expect(slip).toMatchObject({ transferringAgency: '213400017', agreement: 'ACCORD' })
    expect(slip.files).toHaveLength(4)
  })

  test('l’arbre garde les fichiers avant les unités, les réglages propres et les types tus', () => {
    expect(fromPastell(PASTELL)['unites']).toEqual([
      {
        titre: 'Acte {{ numero_de_lacte }}',
        champ: '{{ arrete }}',
        genre: 'unite',
        niveau: 'item',
        regleAcces: 'AR048',
        regleAccesDebut: '2026-01-01',
        enfants: [
          { titre: '{{ objet }}', champ: 'arrete', genre: 'fichiers' },
          {
            titre: 'Annexes',
            genre: 'unite',
            enfants: [
              { titre: 'Annexe #FILE_NUM#', champ: 'autre_document_attache', genre: 'fichiers', sansType: true },
            ],
          },
        ],
      },
    ])
  })

  test('illisibles, ils sont refusés avec une phrase', () => {
    expect(() => fromPastell({ data: '{' })).toThrow(/repris de Pastell ne se lisent pas \(data\)/u)
    expect(() => fromPastell({ files: '<Root>' })).toThrow(/\(files\)/u)
  })

  test('ceux de la version 1 deviennent un arbre, et leurs mots-clés gardent leurs virgules', () => {
    expect(upgrade({ unites: 'acte: Acte\nannexes', motsCles: 'Finances, budget\na;b' }, 1)).toEqual({
      motsCles: 'Finances, budget;\na;b',
      unites: [
        { titre: 'Acte', genre: 'unite', enfants: [{ genre: 'fichiers', champ: 'acte' }] },
        { titre: '', genre: 'unite', enfants: [{ genre: 'fichiers', champ: 'annexes' }] },
      ],
    })
  })
})
