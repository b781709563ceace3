// SPDX-License-Identifier: MIT
/*
 * A driver may split its port into channels.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <port/port.h>

static int channel_add(struct port *port, unsigned int index)
{
	struct port_channel *channel;

	channel = kzalloc(sizeof(*channel), GFP_KERNEL);
	if (!channel)
		return -ENOMEM;

	channel->port = port;
	channel->index = index;
	list_add_tail(&channel->node, &port->channels);
	return 0;
}

/**
 * port_enable_channels - split a port
 * @port: the port, locked
 * @count: how many channels
 *
 * For drivers, from their probe and set_channels callbacks.
 *
 * Return: 0 or -ENOMEM, and then the port has no channel.
 */
int port_enable_channels(struct port *port, unsigned int count)
{
	struct port_channel *channel, *next;
	unsigned int i;
	int ret;

	for (i = 0; i < count; i++) {
		ret = channel_add(port, i);
		if (ret)
			goto free;
	}
	port->nr_channels = count;

	return 0;

free:
	list_for_each_entry_safe(channel, next, &port->channels, node) {
		list_del(&channel->node);
		kfree(channel);
	}
	return ret;
}
EXPORT_SYMBOL_GPL(port_enable_channels);

/**
 * port_disable_channels - make a port whole again
 * @port: the port, locked
 *
 * For drivers, from their remove and set_channels callbacks.
 */
void port_disable_channels(struct port *port)
{
	struct port_channel *channel, *next;

	list_for_each_entry_safe(channel, next, &port->channels, node) {
		list_del(&channel->node);
		kfree(channel);
	}
	port->nr_channels = 0;
}
EXPORT_SYMBOL_GPL(port_disable_channels);

/**
 * port_bus_count_channels - how many channels there are on a bus
 * @bus: the bus
 *
 * Called with the topology locked.
 */
unsigned int port_bus_count_channels(struct port_bus *bus)
{
	struct port_channel *channel;
	unsigned int count = 0;
	struct port *port;

	list_for_each_entry(port, &bus->ports, node) {
		list_for_each_entry(channel, &port->channels, node)
			count++;
	}

	return count;
}
EXPORT_SYMBOL_GPL(port_bus_count_channels);
