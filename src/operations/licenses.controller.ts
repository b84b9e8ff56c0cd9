import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Permission } from '../access/permission.js';
import { Field } from '../model/field.js';
import { Answers, AnswersList, AnswersNothing, Asks, Takes } from './described.js';
import { Licenses } from './licenses.js';
import { type Listing, listing } from './listing.js';
import { readBody } from './typed-body.js';

class License {
  @Field('string', 'The key: five groups of five capital letters and digits.')
  license_key?: string;

  @Field('string', 'What the licence is.', { readOnly: true })
  description?: string;

  @Field('string', 'Product that it is for.', { readOnly: true })
  product_name?: string;

  @Field('string', 'Versions that it is for.', { readOnly: true })
  product_version?: string;

  @Field('string', 'What it allows, separated by commas.', { readOnly: true })
  features?: string;

  @Field('string', 'What is counted.', { readOnly: true })
  capacity_type?: string;

  @Field('integer', 'How many of those; 0 is no limit.', { readOnly: true })
  quantity?: number;

  @Field('integer', 'When it expires, in milliseconds since 1970; 0 is never.', { readOnly: true })
  expiry?: number;

  @Field('boolean', 'Whether it is for trying out.', { readOnly: true })
  is_eval?: boolean;

  @Field('boolean', 'Whether it has expired.', { readOnly: true })
  is_expired?: boolean;

  @Field('boolean', 'Whether it covers several hypervisors.', { readOnly: true })
  is_mh?: boolean;

  @Field('boolean', 'Whether it can be removed.', { readOnly: true })
  is_editable?: boolean;
}

class LicensedFeature {
  @Field('string', 'Name of the feature.', { required: true })
  feature_name!: string;

  @Field('boolean', 'Whether it may be used.', { required: true })
  is_licensed!: boolean;
}

@ApiTags('Licences')
@Controller('api/v1/licenses')
export class LicensesController {
  constructor(private readonly licenses: Licenses) {}

  @Get()
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the licences that were entered.' })
  @AnswersList(License)
  list(): Listing<object> {
    return listing(this.licenses.list());
  }

  @Get('licensed-features')
  @ApiOperation({ summary: 'What may be used.' })
  @AnswersList(LicensedFeature)
  features(): Listing<object> {
    return listing(this.licenses.features());
  }

  @Get(':key')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Read a licence.' })
  @Answers(License)
  get(@Param('key') key: string): object {
    return this.licenses.get(key);
  }

  @Post()
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Enter a licence, or remove it.' })
  @Asks('action', 'delete removes the licence that the body names.', { enum: ['delete'] })
  @Takes(License)
  @Answers(License, { description: 'The licence; nothing where it was removed.' })
  async post(@Query('action') action: string | undefined, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object | undefined> {
    const { license_key: key } = readBody(License, body);
    const audit = { context: request.heddle, status: 200 };
    if (action !== 'delete') return this.licenses.add(key, audit);
    await this.licenses.remove(key ?? '', audit);
    return undefined;
  }

  @Delete(':key')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Remove a licence.' })
  @AnswersNothing()
  remove(@Param('key') key: string, @Req() request: FastifyRequest): Promise<void> {
    return this.licenses.remove(key, { context: request.heddle, status: 200 });
  }
}
