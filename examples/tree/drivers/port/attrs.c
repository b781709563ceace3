// SPDX-License-Identifier: MIT
/*
 * The files by which user space sees and changes ports and buses.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sysfs.h>
#include <port/attr.h>
#include <port/port.h>

static ssize_t unbind_store(struct port *port, const char *buf, size_t count)
{
	bool yes;

	if (kstrtobool(buf, &yes))
		return -EINVAL;

	if (yes)
		port_detach(port);

	return count;
}

static ssize_t bind_store(struct port *port, const char *buf, size_t count)
{
	bool yes;
	int ret;

	if (kstrtobool(buf, &yes))
		return -EINVAL;
	if (!yes)
		return count;

	ret = port_attach(port);
	return ret ? ret : count;
}

static ssize_t channels_show(struct port *port, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(port->nr_channels));
}

static ssize_t channels_store(struct port *port, const char *buf, size_t count)
{
	unsigned int wanted;
	int ret;

	if (kstrtouint(buf, 0, &wanted))
		return -EINVAL;

	port_lock(port);
	if (!port->driver || !port->driver->set_channels) {
		ret = -EOPNOTSUPP;
		goto unlock;
	}
	ret = port->driver->set_channels(port, wanted);

unlock:
	port_unlock(port);
	return ret ? ret : count;
}

static ssize_t rescan_store(struct port_bus *bus, const char *buf, size_t count)
{
	bool yes;

	if (kstrtobool(buf, &yes))
		return -EINVAL;

	if (yes) {
		port_lock_topology();
		port_bus_scan(bus);
		port_unlock_topology();
	}

	return count;
}

static ssize_t total_channels_show(struct port_bus *bus, char *buf)
{
	unsigned int total;

	port_lock_topology();
	total = port_bus_count_channels(bus);
	port_unlock_topology();

	return sysfs_emit(buf, "%u\n", total);
}

static const struct port_attribute unbind_attribute = {
	.name	= "unbind",
	.mode	= 0200,
	.store	= unbind_store,
};

static const struct port_attribute bind_attribute = {
	.name	= "bind",
	.mode	= 0200,
	.store	= bind_store,
};

static const struct port_attribute channels_attribute = {
	.name	= "channels",
	.mode	= 0644,
	.show	= channels_show,
	.store	= channels_store,
};

static const struct port_bus_attribute rescan_attribute = {
	.name	= "rescan",
	.mode	= 0200,
	.store	= rescan_store,
};

static const struct port_bus_attribute total_channels_attribute = {
	.name	= "total_channels",
	.mode	= 0444,
	.show	= total_channels_show,
};

const struct port_attribute *port_attributes[] = {
	&unbind_attribute,
	&bind_attribute,
	&channels_attribute,
	NULL,
};

const struct port_bus_attribute *port_bus_attributes[] = {
	&rescan_attribute,
	&total_channels_attribute,
	NULL,
};
