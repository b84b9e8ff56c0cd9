import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Permission } from '../access/permission.js';
import { Field } from '../model/field.js';
import { Licenses } from './licenses.js';
import { type Listing, listing } from './listing.js';
import { readBody } from './typed-body.js';

class LicenseBody {
  @Field('string', 'The key.')
  license_key?: string;

  @Field('string', 'What the licence is.', { readOnly: true })
  description?: string;
}

@ApiTags('Licences')
@Controller('api/v1/licenses')
export class LicensesController {
  constructor(private readonly licenses: Licenses) {}

  @Get()
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the licences that were entered.' })
  list(): Listing<object> {
    return listing(this.licenses.list());
  }

  @Get('licensed-features')
  @ApiOperation({ summary: 'What may be used.' })
  features(): Listing<object> {
    return listing(this.licenses.features());
  }

  @Get(':key')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Read a licence.' })
  get(@Param('key') key: string): object {
    return this.licenses.get(key);
  }

  @Post()
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Enter a licence; ?action=delete removes the one in the body.' })
  async post(@Query('action') action: string | undefined, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object | undefined> {
    const { license_key: key } = readBody(LicenseBody, body);
    const audit = { context: request.heddle, status: 200 };
    if (action !== 'delete') return this.licenses.add(key, audit);
    await this.licenses.remove(key ?? '', audit);
    return undefined;
  }

  @Delete(':key')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Remove a licence.' })
  remove(@Param('key') key: string, @Req() request: FastifyRequest): Promise<void> {
    return this.licenses.remove(key, { context: request.heddle, status: 200 });
  }
}
