import type { DefaultObject } from './default-object.js';

/**
 * Well-known services, with the ports that their protocols are registered for or that their makers document. Clients look them
 * up by name, so name and description are equal; the identifier, which published rules name, is the name with blanks and slashes
 * turned into `_`, because it is a segment of a path.
 */

interface Entry {
  readonly resource_type: string;
  readonly [field: string]: unknown;
}

const l4 = (protocol: 'TCP' | 'UDP', ports: readonly string[]): Entry => ({
  resource_type: 'L4PortSetServiceEntry',
  l4_protocol: protocol,
  destination_ports: ports,
});
const tcp = (...ports: string[]): Entry => l4('TCP', ports);
const udp = (...ports: string[]): Entry => l4('UDP', ports);
const alg = (name: string, port: string): Entry => ({ resource_type: 'ALGTypeServiceEntry', alg: name, destination_ports: [port] });
const ip = (protocol: number): Entry => ({ resource_type: 'IPProtocolServiceEntry', protocol_number: protocol });
const icmp = (protocol: 'ICMPv4' | 'ICMPv6', type?: number): Entry => ({
  resource_type: 'ICMPTypeServiceEntry',
  protocol,
  ...(type === undefined ? {} : { icmp_type: type }),
});
const icmp4 = (type?: number): Entry => icmp('ICMPv4', type);
const icmp6 = (type?: number): Entry => icmp('ICMPv6', type);
const ether = (type: number): Entry => ({ resource_type: 'EtherTypeServiceEntry', ether_type: type });

/** The one identifier that is not made of the name, but is in many published rules. */
const ALL_ICMP = { name: 'ICMP ALL', id: 'ICMP-ALL' } as const;

const SERVICES: readonly (readonly [name: string, ...entries: Entry[]])[] = [
  // web
  ['HTTP', tcp('80')],
  ['HTTPS', tcp('443')],
  ['HTTP-Alternate', tcp('8080')],
  ['HTTPS-Alternate', tcp('8443')],

  // remote access
  ['SSH', tcp('22')],
  ['Telnet', tcp('23')],
  ['RDP', tcp('3389')],
  ['VNC', tcp('5900-5999')],
  ['WinRM-HTTP', tcp('5985')],
  ['WinRM-HTTPS', tcp('5986')],

  // names, time, addresses
  ['DNS', tcp('53')],
  ['DNS-UDP', udp('53')],
  ['DNS over TLS', tcp('853')],
  ['NTP', udp('123')],
  ['NTP Time Server', udp('123')],
  ['DHCP-Client', udp('68')],
  ['DHCP-Server', udp('67')],
  ['DHCPv6 Client', udp('546')],
  ['DHCPv6 Server', udp('547')],
  ['mDNS', udp('5353')],

  // mail
  ['SMTP', tcp('25')],
  ['SMTP_TLS', tcp('587')],
  ['POP3', tcp('110')],
  ['POP3_SSL', tcp('995')],
  ['IMAP', tcp('143')],
  ['IMAP_SSL', tcp('993')],
  ['EdgeSync service/ADAM', tcp('50636')],

  // files
  ['FTP', alg('FTP', '21')],
  ['TFTP', alg('TFTP', '69')],
  ['SMB', tcp('445')],
  ['MS-DS-TCP', tcp('445')],
  ['MS-DS-UDP', udp('445')],
  ['NFS (TCP)', tcp('2049')],
  ['NFS (UDP)', udp('2049')],
  ['rsync', tcp('873')],
  ['iSCSI', tcp('3260')],

  // directories
  ['LDAP', tcp('389')],
  ['LDAP-UDP', udp('389')],
  ['LDAP-over-SSL', tcp('636')],
  ['LDAP-over-SSL-UDP', udp('636')],
  ['LDAP Global Catalog', tcp('3268')],
  ['LDAP Global Catalog over SSL', tcp('3269')],
  ['Windows-Global-Catalog', tcp('3268')],
  ['Windows-Global-Catalog-over-SSL', tcp('3269')],
  ['Active Directory Server', tcp('464')],
  ['Active Directory Server UDP', udp('464')],
  ['KERBEROS', tcp('88')],
  ['KERBEROS-TCP', tcp('88')],
  ['KERBEROS-UDP', udp('88')],
  ['RADIUS', udp('1812')],
  ['RADIUS Accounting', udp('1813')],
  ['TACACS+', tcp('49')],

  // databases and messages
  ['MySQL', tcp('3306')],
  ['PostgreSQL', tcp('5432')],
  ['MS-SQL-S', tcp('1433')],
  ['MS-SQL-M-UDP', udp('1434')],
  ['MSSQL Server Database Engine', tcp('1433')],
  ['Oracle', alg('ORACLE_TNS', '1521')],
  ['Enterprise Manager Servlet port SSL', tcp('1810')],
  ['MongoDB', tcp('27017')],
  ['Redis', tcp('6379')],
  ['Cassandra', tcp('9042')],
  ['Elasticsearch', tcp('9200')],
  ['etcd', tcp('2379-2380')],
  ['AMQP', tcp('5672')],
  ['AMQP over TLS', tcp('5671')],
  ['Kafka', tcp('9092')],
  ['MQTT', tcp('1883')],
  ['memcached', tcp('11211')],

  // remote procedure calls and names of Windows
  ['MS_RPC_TCP', alg('MS_RPC_TCP', '135')],
  ['MS_RPC_UDP', alg('MS_RPC_UDP', '135')],
  ['SUN_RPC_TCP', alg('SUN_RPC_TCP', '111')],
  ['SUN_RPC_UDP', alg('SUN_RPC_UDP', '111')],
  ['NBNS-Broadcast', alg('NBNS_BROADCAST', '137')],
  ['NBNS-Unicast', udp('137')],
  ['NBDG-Broadcast', alg('NBDG_BROADCAST', '138')],
  ['NBDG-Unicast', udp('138')],
  ['NBSS', tcp('139')],
  ['NetBios Name Service (UDP)', udp('137')],
  ['NetBios Datagram (UDP)', udp('138')],
  ['NetBios Session Service (TCP)', tcp('139')],
  ['WINS', tcp('1512')],
  ['WINS-UDP', udp('1512')],

  // operations
  ['SNMP', udp('161')],
  ['SNMP Trap', udp('162')],
  ['Syslog (TCP)', tcp('514')],
  ['Syslog (UDP)', udp('514')],
  ['Syslog over TLS', tcp('6514')],
  ['NetFlow', udp('2055')],
  ['IPFIX', udp('4739')],
  ['Kubernetes API', tcp('6443')],
  ['Heartbeat', tcp('52267', '57348')],
  ['SIP', tcp('5060'), udp('5060')],

  // routing and tunnels
  ['BGP', tcp('179')],
  ['BFD', udp('3784-3785')],
  ['OSPF', ip(89)],
  ['VRRP', ip(112)],
  ['GRE', ip(47)],
  ['IPSec ESP', ip(50)],
  ['IPSec AH', ip(51)],
  ['IKE (Key Exchange)', udp('500')],
  ['IKE (NAT Traversal)', udp('4500')],
  ['L2TP', udp('1701')],
  ['PPTP', tcp('1723')],
  ['VXLAN', udp('4789')],
  ['Geneve', udp('6081')],
  ['IGMP', { resource_type: 'IGMPTypeServiceEntry' }],

  // control messages
  [ALL_ICMP.name, icmp4()],
  ['ICMP Echo Reply', icmp4(0)],
  ['ICMP Destination Unreachable', icmp4(3)],
  ['ICMP Redirect', icmp4(5)],
  ['ICMP Echo Request', icmp4(8)],
  ['ICMP Time Exceeded', icmp4(11)],
  ['ICMPv6-ALL', icmp6()],
  ['IPv6-ICMP Destination Unreachable', icmp6(1)],
  ['IPv6-ICMP Packet Too Big', icmp6(2)],
  ['IPv6-ICMP Time Exceeded', icmp6(3)],
  ['IPv6-ICMP Echo Request', icmp6(128)],
  ['IPv6-ICMP Echo Reply', icmp6(129)],
  ['IPv6-ICMP Router Solicitation', icmp6(133)],
  ['IPv6-ICMP Router Advertisement', icmp6(134)],
  ['IPv6-ICMP Neighbor Solicitation', icmp6(135)],
  ['IPv6-ICMP Neighbor Advertisement', icmp6(136)],

  // frames
  ['ARP', ether(0x0806)],
  ['IPv4', ether(0x0800)],
  ['IPv6', ether(0x86dd)],
  ['LLDP', ether(0x88cc)],
];

/** `EdgeSync service/ADAM` becomes `EdgeSync_service_ADAM`. */
function identifier(name: string): string {
  return name === ALL_ICMP.name ? ALL_ICMP.id : name.replace(/[\s/]/g, '_');
}

export const DEFAULT_SERVICES: readonly DefaultObject[] = SERVICES.map(([name, ...entries]) => {
  const id = identifier(name);
  return {
    path: `/infra/services/${id}`,
    body: {
      resource_type: 'Service',
      display_name: name,
      description: name,
      is_default: true,
      service_entries: entries.map((entry, index) => ({ id: index === 0 ? id : `${id}-${index + 1}`, display_name: name, ...entry })),
    },
  };
});
