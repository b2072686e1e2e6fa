import { courrierSansRelance } from '../courrier.fixture.ts'
import flow from './index.ts'

courrierSansRelance(flow)
